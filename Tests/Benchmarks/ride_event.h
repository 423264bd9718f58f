/* Reads the rides' events: the fields that services need, found by their names one after the other, in the order in which they are
 * always written. Nothing is decoded as a whole or checked, which a program that takes events from strangers has to do. */
#ifndef RIDES_BENCHMARK_RIDE_EVENT_H
#define RIDES_BENCHMARK_RIDE_EVENT_H

#include <stdlib.h>
#include <string.h>

/* Some bytes of the event's JSON, which stays where it is. */
struct text {
  const char *start;
  int length;
};

/* For printf's %.*s. */
#define SHOWN(text) (text).length, (text).start

struct fare {
  struct text json;
  long long base, distance, time, surge, tolls, tip, taxes, total;
  struct text currency;
};

struct event {
  struct text id, type, timestamp;
  const char *data; /* from where the data's fields are looked for */
};

/* RIDE_COMPLETED */
struct ride {
  struct text id, rider, driver, city;
  struct fare fare;
  long long meters, seconds;
  struct text completed_at, method, token, email;
};

/* What comes after a name; NULL if there is none from there on. A name that is found moves the place. */
static const char *find(const char **at, const char *name) {
  const char *found = strstr(*at, name);
  if (found) *at = found + strlen(name);
  return found ? *at : NULL;
}

/* A text: the name is given up to the quote that opens it. Empty if there is none. */
static struct text find_text(const char **at, const char *name) {
  const char *found = find(at, name);
  return found ? (struct text){found, (int)strcspn(found, "\"")} : (struct text){"", 0};
}

/* A number; 0 if there is none. */
static long long find_number(const char **at, const char *name) {
  const char *found = find(at, name);
  return found ? atoll(found) : 0;
}

static int is(struct text text, const char *other) {
  return text.length == (int)strlen(other) && memcmp(text.start, other, text.length) == 0;
}

static int begins_with(struct text text, const char *prefix) { return strncmp(text.start, prefix, strlen(prefix)) == 0; }

/* Microseconds since 2000 of a time such as 2026-04-03T10:30:00.123456Z; six digits or none after the second. */
static long long microseconds(struct text time) {
  const char *digits = time.start;
  long long year = atoi(digits), month = atoi(digits + 5), day = atoi(digits + 8), fraction = 0;
  /* Days of the proleptic Gregorian calendar, in years that begin in March, from 2000-03-01 on. */
  year -= 2000 + (month <= 2);
  long long day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
  long long days = 60 + 365 * year + year / 4 - year / 100 + year / 400 + day_of_year;
  if (time.length > 20 && digits[19] == '.') fraction = atoi(digits + 20);
  return ((days * 24 + atoi(digits + 11)) * 60 + atoi(digits + 14)) * 60000000 + atoi(digits + 17) * 1000000LL + fraction;
}

static struct event read_event(const char *json) {
  struct event event;
  event.id = find_text(&json, "\"id\":\"");
  event.type = find_text(&json, "\"type\":\"");
  event.timestamp = find_text(&json, "\"timestamp\":\"");
  find(&json, "\"data\":");
  event.data = json;
  return event;
}

/* A fare; items that are 0 are not written, and are looked for in it only. */
static struct fare read_fare(const char *json) {
  char items[512];
  const char *at = items;
  struct fare fare = {.json = {json, (int)strcspn(json, "}") + 1}};
  if (fare.json.length >= (int)sizeof items) fare.json.length = sizeof items - 1;
  memcpy(items, json, fare.json.length);
  items[fare.json.length] = 0;
  fare.base = find_number(&at, "\"base\":");
  fare.distance = find_number(&at, "\"distance\":");
  fare.time = find_number(&at, "\"time\":");
  fare.surge = find_number(&at, "\"surge\":");
  fare.tolls = find_number(&at, "\"tolls\":");
  fare.tip = find_number(&at, "\"tip\":");
  fare.taxes = find_number(&at, "\"taxes\":");
  fare.total = find_number(&at, "\"total\":");
  at = json + (at - items);
  fare.currency = find_text(&at, "\"currency\":\"");
  return fare;
}

static struct ride read_ride(const struct event *event) {
  const char *at = event->data;
  struct ride ride;
  ride.id = find_text(&at, "\"rideId\":\"");
  ride.rider = find_text(&at, "\"riderId\":\"");
  ride.driver = find_text(&at, "\"driverId\":\"");
  ride.city = find_text(&at, "\"city\":\"");
  find(&at, "\"fare\":");
  ride.fare = read_fare(at);
  ride.meters = find_number(&at, "\"distanceMeters\":");
  ride.seconds = find_number(&at, "\"durationSeconds\":");
  ride.completed_at = find_text(&at, "\"completedAt\":\"");
  ride.method = find_text(&at, "\"method\":\"");
  ride.token = find_text(&at, "\"token\":\"");
  ride.email = find_text(&at, "\"riderEmail\":\"");
  return ride;
}

#endif
