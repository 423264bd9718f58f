/* The six services: what the product's make of a ride, with rows in place of hashes and streams. */
#ifndef RIDES_BENCHMARK_POSTGRES_SERVICES_H
#define RIDES_BENCHMARK_POSTGRES_SERVICES_H

#include "postgres_mail.h"
#include "postgres_money.h"

/* A service: the topics that it reads, as a list in SQL, and what it does with a batch: columns are cleared, each event adds to them,
 * and statements with them are sent. */
struct service {
  const char *name, *topics;
  void (*prepare)(void);
  void (*clear)(void);
  void (*handle)(const struct event *event);
  void (*write)(void);
};

/* Where mails are delivered. */
static const char *outbox;

/* --- Rating: a window for each ride. */

static struct array windows[] = {{.type = kText}, {.type = kText}, {.type = kText}, {.type = kText}, {.type = kTime}};
enum { kWindowColumns = sizeof windows / sizeof *windows };

static void prepare_rating(void) {
  prepare_publishing("receipts");
  prepare("windows",
          "insert into rating_windows select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])");
}

static void clear_rating(void) {
  clear_published();
  clear_arrays(windows, kWindowColumns);
}

static void handle_rating(const struct event *event) {
  struct ride ride = read_ride(event);
  add_row(windows, "ttttn", ride.id, ride.rider, ride.driver, ride.city, microseconds(ride.completed_at));
  publish("RATING_REQUESTED", ride.id, "", event->timestamp, "\"riderId\":\"%.*s\",\"driverId\":\"%.*s\",\"city\":\"%.*s\"",
          SHOWN(ride.rider), SHOWN(ride.driver), SHOWN(ride.city));
}

static void write_rating(void) {
  execute_rows("windows", windows, kWindowColumns);
  write_published();
}

/* --- Notification: a ride's receipt is kept, and sent when it is known what became of the payment. */

static struct array receipts[] = {{.type = kText}, {.type = kText},   {.type = kText},   {.type = kText}, {.type = kText},
                                  {.type = kNumber}, {.type = kNumber}, {.type = kText}, {.type = kTime}};
static struct array outcomes[] = {{.type = kText}, {.type = kText}, {.type = kText}, {.type = kText}, {.type = kText}, {.type = kText}};
enum { kReceiptColumns = sizeof receipts / sizeof *receipts, kOutcomeColumns = sizeof outcomes / sizeof *outcomes };

static void prepare_notification(void) {
  prepare_publishing("receipts");
  prepare("receipts",
          "insert into receipts (ride, rider, driver, city, email, meters, seconds, fare, at) select * from unnest($1::text[], "
          "$2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::timestamptz[])");
  prepare("outcomes",
          "update receipts r set version = 1, said = o.standing, payment = o.id from unnest($1::text[], $2::text[], $3::text[], "
          "$4::text[], $5::text[], $6::text[]) as o (ride, id, standing, method, failure, at) where r.ride = o.ride and r.version = 0 "
          "returning r.ride, r.rider, r.driver, r.city, r.email, r.meters, r.seconds, r.fare, o.standing, o.method, o.failure, o.at");
}

static void clear_notification(void) {
  clear_published();
  clear_arrays(receipts, kReceiptColumns);
  clear_arrays(outcomes, kOutcomeColumns);
}

static void handle_notification(const struct event *event) {
  if (is(event->type, "RIDE_COMPLETED")) {
    struct ride ride = read_ride(event);
    add_row(receipts, "tttttnntn", ride.id, ride.rider, ride.driver, ride.city, ride.email, ride.meters, ride.seconds, ride.fare.json,
            microseconds(ride.completed_at));
    return;
  }
  const char *at = event->data;
  struct text ride = find_text(&at, "\"rideId\":\""), method = find_text(&at, "\"method\":\""), failure = find_text(&at, "\"reason\":\"");
  const char *standing = find(&at, "\"standing\":");
  if (!standing) die("a payment without a standing");
  add_row(outcomes, "tttttt", ride, event->id, (struct text){standing, (int)strcspn(standing, "}") + 1}, method, failure,
          event->timestamp);
}

/* A column of a row. */
static struct text column(const PGresult *rows, int row, int number) {
  return (struct text){PQgetvalue(rows, row, number), PQgetlength(rows, row, number)};
}

static void send_receipt(const PGresult *rows, int row) {
  struct text rider = column(rows, row, 1), standing = column(rows, row, 8);
  const char *at = standing.start;
  struct receipt receipt = {.ride = column(rows, row, 0), .driver = column(rows, row, 2), .city = column(rows, row, 3),
                            .email = column(rows, row, 4), .meters = atoll(PQgetvalue(rows, row, 5)),
                            .seconds = atoll(PQgetvalue(rows, row, 6)), .fare = read_fare(PQgetvalue(rows, row, 7)),
                            .owed = find_number(&at, "\"owed\":"), .method = column(rows, row, 9), .failure = column(rows, row, 10),
                            .sent_at = column(rows, row, 11)};
  char name[256], message[288];
  static struct mail mail;
  if (receipt.email.length == 0) return;
  snprintf(name, sizeof name, "RECEIPT_SENT.3a%.*s.3a1", SHOWN(receipt.ride));
  snprintf(message, sizeof message, "%s@rides.example", name);
  receipt.message = message;
  write_mail(&mail, &receipt);
  deliver(outbox, name, &mail);
  publish("RECEIPT_SENT", receipt.ride, ":1", receipt.sent_at,
          "\"riderId\":\"%.*s\",\"city\":\"%.*s\",\"email\":\"%.*s\",\"messageId\":\"%s\",\"amount\":%lld,\"currency\":\"%.*s\","
          "\"version\":1,\"says\":%.*s",
          SHOWN(rider), SHOWN(receipt.city), SHOWN(receipt.email), message, receipt.fare.total, SHOWN(receipt.fare.currency),
          SHOWN(standing));
}

static void write_notification(void) {
  execute_rows("receipts", receipts, kReceiptColumns);
  execute_rows("outcomes", outcomes, kOutcomeColumns);
  if (outcomes[0].count == 0) return;
  settle();
  const PGresult *rows = answers[answer_count - 1];
  if (PQntuples(rows) != outcomes[0].count) die("%d payments, but %d receipts", outcomes[0].count, PQntuples(rows));
  for (int i = 0; i < PQntuples(rows); i++) send_receipt(rows, i);
  write_published();
}

/* --- Surge: rides asked for and cars that become free, per place and minute. */

static void prepare_surge(void) {
  prepare("counts",
          "insert into surge_counts as c (cell, minute, demand, supply) select cell, minute::bigint, demand, supply from "
          "unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as t (cell, minute, demand, supply) on conflict (minute, cell) "
          "do update set demand = c.demand + excluded.demand, supply = c.supply + excluded.supply");
}

static void clear_nothing(void) {}

static void handle_surge(const struct event *event) {
  int is_request = is(event->type, "RIDE_REQUESTED");
  const char *at = event->data;
  find(&at, is_request ? "\"pickup\":" : "\"dropoff\":");
  const char *latitude = find(&at, "\"lat\":"), *longitude = find(&at, "\"lon\":");
  if (!latitude || !longitude) return;
  /* A cell of a hundredth of a degree. */
  struct sum *sum = sum_of("%.2f,%.2f\n%lld", atof(latitude), atof(longitude), microseconds(event->timestamp) / 60000000);
  *(is_request ? &sum->first : &sum->second) += 1;
}

static void write_surge(void) { execute_sums("counts", 2, 2); }

/* --- Analytics: events and money by type, city and currency. The events themselves are archived where they are: in their tables. */

static void prepare_analytics(void) {
  prepare("totals",
          "insert into totals as t (type, city, currency, events, amount) select * from unnest($1::text[], $2::text[], $3::text[], "
          "$4::bigint[], $5::bigint[]) on conflict (type, city, currency) do update set events = t.events + excluded.events, "
          "amount = t.amount + excluded.amount");
}

static void handle_analytics(const struct event *event) {
  const char *at = event->data;
  struct text city = find_text(&at, "\"city\":\""), currency;
  long long amount = 0;
  if (is(event->type, "DRIVER_PAID")) {
    currency = find_text(&at, "\"currency\":\"");
    amount = find_number(&at, "\"payable\":");
  } else {
    amount = find_number(&at, is(event->type, "RIDE_COMPLETED") ? "\"total\":" : "\"amount\":");
    currency = find_text(&at, "\"currency\":\"");
  }
  struct sum *sum = sum_of("%.*s\n%.*s\n%.*s", SHOWN(event->type), SHOWN(city), SHOWN(currency));
  sum->first += 1;
  sum->second += amount;
}

static void write_analytics(void) { execute_sums("totals", 3, 2); }

static const struct service services[] = {
  {"payment", "'accounts', 'rides'", prepare_payment, clear_payment, handle_payment, write_payment},
  {"driver", "'rides'", prepare_driver, clear_driver, handle_driver, write_driver},
  {"rating", "'rides'", prepare_rating, clear_rating, handle_rating, write_rating},
  {"notification", "'rides', 'payments'", prepare_notification, clear_notification, handle_notification, write_notification},
  {"surge", "'requests', 'rides'", prepare_surge, clear_nothing, handle_surge, write_surge},
  {"analytics", "'accounts', 'requests', 'rides', 'payments', 'earnings', 'receipts'", prepare_analytics, clear_nothing,
   handle_analytics, write_analytics},
};
enum { kServices = sizeof services / sizeof *services };

#endif
