/* What the programs on PostgreSQL need of libpq: prepared statements in pipelines, and parameters that are arrays in PostgreSQL's
 * binary form, so that one statement writes the rows of a whole batch. */
#ifndef RIDES_BENCHMARK_POSTGRES_CLIENT_H
#define RIDES_BENCHMARK_POSTGRES_CLIENT_H

#include "die.h"

#include <arpa/inet.h>
#include <endian.h>
#include <libpq-fe.h>
#include <stdint.h>
#include <string.h>

/* Types as PostgreSQL numbers them (pg_type.dat); a time is microseconds since 2000. */
enum type { kNumber = 20, kText = 25, kTime = 1184 };
enum { kMostParameters = 16, kMostStatements = 16, kArrayHeader = 20 };

/* A column of a batch. */
struct array {
  enum type type;
  char *bytes;
  size_t length, capacity;
  int count;
};

static PGconn *server;
/* What the statements of the last pipeline answered, in order; until the next one is settled. */
static PGresult *answers[kMostStatements];
static int answer_count;
static int due; /* statements that are not answered yet */

static void clear_array(struct array *array) {
  array->length = kArrayHeader;
  array->count = 0;
}

static void clear_arrays(struct array *arrays, int count) {
  for (int i = 0; i < count; i++) clear_array(&arrays[i]);
}

/* Room for one more value of so many bytes. */
static char *add_value(struct array *array, size_t size) {
  size_t needed = array->length + sizeof(uint32_t) + size;
  if (needed > array->capacity) {
    array->capacity = 2 * needed + 4096;
    array->bytes = realloc(array->bytes, array->capacity);
    if (!array->bytes) die("out of memory");
  }
  uint32_t header = htonl((uint32_t)size);
  memcpy(array->bytes + array->length, &header, sizeof header);
  array->length = needed;
  array->count++;
  return array->bytes + needed - size;
}

static void add_bytes(struct array *array, const char *bytes, size_t length) { memcpy(add_value(array, length), bytes, length); }

static void add_text(struct array *array, const char *text) { add_bytes(array, text, strlen(text)); }

static void add_number(struct array *array, long long number) {
  uint64_t bytes = htobe64((uint64_t)number);
  memcpy(add_value(array, sizeof bytes), &bytes, sizeof bytes);
}

/* Writes what stands before the values: dimensions, whether there are nulls, type, length, index of the first. */
static void finish_array(struct array *array) {
  uint32_t header[] = {htonl(array->count > 0), 0, htonl(array->type), htonl((uint32_t)array->count), htonl(1)};
  if (!array->bytes) array->bytes = malloc(array->capacity = kArrayHeader);
  if (!array->bytes) die("out of memory");
  memcpy(array->bytes, header, sizeof header);
  /* One without values has no dimension either. */
  if (array->count == 0) array->length = 3 * sizeof *header;
}

static void prepare(const char *name, const char *format, ...) {
  char sql[4096];
  va_list arguments;
  va_start(arguments, format);
  if (vsnprintf(sql, sizeof sql, format, arguments) >= (int)sizeof sql) die("%s is too long", name);
  va_end(arguments);
  PGresult *result = PQprepare(server, name, sql, 0, NULL);
  if (PQresultStatus(result) != PGRES_COMMAND_OK) die("%s: %s%s", name, PQerrorMessage(server), sql);
  PQclear(result);
}

/* Sends a prepared statement with values as text. */
static void execute(const char *name, int count, const char *const *values) {
  if (!PQsendQueryPrepared(server, name, count, values, NULL, NULL, 0)) die("%s: %s", name, PQerrorMessage(server));
  due++;
}

/* Sends a prepared statement with the columns of its rows, if there are any. */
static void execute_rows(const char *name, struct array *columns, int count) {
  const char *values[kMostParameters];
  int lengths[kMostParameters], formats[kMostParameters];
  if (columns[0].count == 0) return;
  for (int i = 0; i < count; i++) {
    if (columns[i].count != columns[0].count) die("%s: a column has %d rows of %d", name, columns[i].count, columns[0].count);
    finish_array(&columns[i]);
    values[i] = columns[i].bytes;
    lengths[i] = (int)columns[i].length;
    formats[i] = 1;
  }
  if (!PQsendQueryPrepared(server, name, count, values, lengths, formats, 0)) die("%s: %s", name, PQerrorMessage(server));
  due++;
}

/* Ends the pipeline and takes all answers. */
static void settle(void) {
  for (int i = 0; i < answer_count; i++) PQclear(answers[i]);
  answer_count = 0;
  if (!PQpipelineSync(server)) die("sync: %s", PQerrorMessage(server));
  for (; due > 0; due--) {
    PGresult *answer = PQgetResult(server);
    ExecStatusType status = PQresultStatus(answer);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) die("PostgreSQL: %s", PQerrorMessage(server));
    if (answer_count == kMostStatements) die("too many statements in a pipeline");
    answers[answer_count++] = answer;
    if (PQgetResult(server)) die("a statement with two answers");
  }
  PGresult *end = PQgetResult(server);
  if (PQresultStatus(end) != PGRES_PIPELINE_SYNC) die("PostgreSQL: %s", PQerrorMessage(server));
  PQclear(end);
}

/* Connects, and goes over to pipelines when the statements are prepared: enter_pipeline. */
static void connect_to(const char *where) {
  server = PQconnectdb(where);
  if (PQstatus(server) != CONNECTION_OK) die("cannot connect: %s", PQerrorMessage(server));
  /* Statements are planned once, while the tables are empty: as for full ones. */
  PGresult *result = PQexec(server, "set search_path = peer; set plan_cache_mode = force_generic_plan; "
                                    "set enable_seqscan = off; set enable_sort = off");
  if (PQresultStatus(result) != PGRES_COMMAND_OK) die("PostgreSQL: %s", PQerrorMessage(server));
  PQclear(result);
  prepare("begin", "begin");
  prepare("commit", "commit");
}

static void enter_pipeline(void) {
  if (!PQenterPipelineMode(server)) die("pipeline: %s", PQerrorMessage(server));
}

#endif
