/* What services make of a batch: rows, column by column, and events that they publish in turn. */
#ifndef RIDES_BENCHMARK_POSTGRES_EFFECTS_H
#define RIDES_BENCHMARK_POSTGRES_EFFECTS_H

#include "postgres_client.h"
#include "ride_event.h"

static void add_slice(struct array *column, struct text text) { add_bytes(column, text.start, text.length); }

/* Adds values to columns, in order, by their types' letters: t a text of the event, s a string, n a number or time. */
static void add_row(struct array *columns, const char *types, ...) {
  va_list values;
  va_start(values, types);
  for (; *types; types++, columns++) {
    switch (*types) {
      case 't': add_slice(columns, va_arg(values, struct text)); break;
      case 's': add_text(columns, va_arg(values, const char *)); break;
      default: add_number(columns, va_arg(values, long long));
    }
  }
  va_end(values);
}

/* --- What a service publishes in turn, idempotently: ids and bodies. */

static struct array published[] = {{.type = kText}, {.type = kText}};

static void prepare_publishing(const char *topic);

static void publish(const char *type, struct text ride, const char *suffix, struct text time, const char *format, ...) {
  char id[256], body[2048];
  int id_length = snprintf(id, sizeof id, "%s:%.*s%s", type, SHOWN(ride), suffix);
  int length = snprintf(body, sizeof body,
                        "{\"id\":\"%s\",\"type\":\"%s\",\"timestamp\":\"%.*s\",\"key\":\"%.*s\",\"data\":{\"rideId\":\"%.*s\",", id, type,
                        SHOWN(time), SHOWN(ride), SHOWN(ride));
  va_list arguments;
  va_start(arguments, format);
  length += vsnprintf(body + length, sizeof body - length, format, arguments);
  va_end(arguments);
  if (length + 3 > (int)sizeof body) die("an event is too long");
  memcpy(body + length, "}}", 2);
  add_bytes(&published[0], id, id_length);
  add_bytes(&published[1], body, length + 2);
}

static void clear_published(void) { clear_arrays(published, 2); }
static void write_published(void) { execute_rows("publish", published, 2); }

#endif
