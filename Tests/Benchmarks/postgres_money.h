/* The two services that keep books. */
#ifndef RIDES_BENCHMARK_POSTGRES_MONEY_H
#define RIDES_BENCHMARK_POSTGRES_MONEY_H

#include "postgres_books.h"
#include "postgres_effects.h"

/* --- Payment: the fare comes from the card, the wallet or the driver's hands, or is owed if the card is declined. */

static struct array payments[] = {{.type = kText}, {.type = kText}, {.type = kText}, {.type = kText},   {.type = kText},  {.type = kText},
                                  {.type = kText}, {.type = kNumber}, {.type = kNumber}, {.type = kText}, {.type = kTime}};
enum { kPaymentColumns = sizeof payments / sizeof *payments };

static void prepare_payment(void) {
  prepare_books("payment");
  prepare_publishing("payments");
  prepare("payments",
          "insert into payments select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], "
          "$7::text[], $8::bigint[], $9::bigint[], $10::text[], $11::timestamptz[])");
}

static void clear_payment(void) {
  clear_books();
  clear_published();
  clear_arrays(payments, kPaymentColumns);
}

/* Money comes into a wallet from the rider's bank. */
static void deposit(const struct event *event) {
  const char *at = event->data;
  struct text account = find_text(&at, "\"account\":\"");
  if (!begins_with(account, "rider:")) return;
  struct text rider = {account.start + strlen("rider:"), account.length - (int)strlen("rider:")};
  long long amount = find_number(&at, "\"amount\":");
  struct journal journal = {.kind = "deposited", .currency = find_text(&at, "\"currency\":\""), .at = microseconds(event->timestamp)};
  snprintf(journal.id, sizeof journal.id, "payment:%.*s", SHOWN(event->id));
  post(&journal, "bank", NULL, -amount);
  post(&journal, "rider", &rider, amount);
}

/* Why the sandbox declines a card: its token says it. NULL if it is charged. */
static const char *decline_reason(struct text token) {
  static char reason[128];
  static const char prefix[] = "tok_declined_";
  if (!begins_with(token, prefix)) return NULL;
  snprintf(reason, sizeof reason, "%.*s", token.length - (int)strlen(prefix), token.start + strlen(prefix));
  for (char *byte = reason; (byte = strchr(byte, '_'));) *byte = ' ';
  return reason;
}

static void charge(const struct event *event) {
  struct ride ride = read_ride(event);
  long long total = ride.fare.total;
  int is_card = is(ride.method, "card"), is_cash = is(ride.method, "cash");
  const char *declined = is_card ? decline_reason(ride.token) : NULL;
  struct journal journal = {
    .kind = declined ? "owed" : "charged", .currency = ride.fare.currency, .at = microseconds(ride.completed_at)};
  snprintf(journal.id, sizeof journal.id, "payment:RIDE_COMPLETED:%.*s", SHOWN(ride.id));
  if (declined) {
    post(&journal, "receivable", &ride.rider, -total);
  } else if (is_card) {
    post(&journal, "gateway", NULL, -total);
  } else {
    post(&journal, is_cash ? "cash" : "rider", is_cash ? &ride.driver : &ride.rider, -total);
  }
  post(&journal, "clearing", NULL, total);

  char reference[256] = "", detail[384], standing[128];
  if (is_card) snprintf(reference, sizeof reference, "ch_RIDE_COMPLETED:%.*s", SHOWN(ride.id));
  add_row(payments, "tttttttnnsn", ride.id, ride.rider, ride.driver, ride.city, ride.method, ride.token, ride.fare.json,
          declined ? 0LL : total, declined ? total : 0LL, reference, journal.at);
  if (declined) {
    snprintf(detail, sizeof detail, ",\"reason\":\"%s\",\"attempt\":\"%s\"", declined, reference);
  } else {
    snprintf(detail, sizeof detail, is_card ? ",\"reference\":\"%s\"" : "%s", reference);
  }
  snprintf(standing, sizeof standing, "{\"fare\":%lld,\"%.*s\":%lld}", total, declined ? 4 : ride.method.length,
           declined ? "owed" : ride.method.start, total);
  publish(declined ? "PAYMENT_FAILED" : "PAYMENT_CAPTURED", ride.id, "", event->timestamp,
          "\"riderId\":\"%.*s\",\"city\":\"%.*s\",\"amount\":%lld,\"currency\":\"%.*s\",\"method\":\"%.*s\"%s,\"standing\":%s",
          SHOWN(ride.rider), SHOWN(ride.city), total, SHOWN(ride.fare.currency), SHOWN(ride.method), detail, standing);
}

static void handle_payment(const struct event *event) {
  if (is(event->type, "RIDE_COMPLETED")) {
    charge(event);
  } else if (is(event->type, "ACCOUNT_DEPOSITED")) {
    deposit(event);
  }
}

static void write_payment(void) {
  write_books();
  execute_rows("payments", payments, kPaymentColumns);
  write_published();
}

/* --- Driver: the commission is 20 % of what the ride itself costs, tips and tolls are the driver's, cash is in the driver's hands. */

static struct array earnings[] = {{.type = kText}, {.type = kText}, {.type = kText}, {.type = kText}, {.type = kText}, {.type = kNumber}};
enum { kEarningColumns = sizeof earnings / sizeof *earnings, kCommission = 2000 };

static void prepare_driver(void) {
  prepare_books("driver");
  prepare_publishing("earnings");
  prepare("earnings",
          "insert into earnings select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])");
}

static void clear_driver(void) {
  clear_books();
  clear_published();
  clear_arrays(earnings, kEarningColumns);
}

static void handle_driver(const struct event *event) {
  struct ride ride = read_ride(event);
  const struct fare *fare = &ride.fare;
  long long itself = fare->base + fare->distance + fare->time + fare->surge;
  long long commission = (itself * kCommission + 5000) / 10000, cash = is(ride.method, "cash") ? fare->total : 0;
  long long payable = itself - commission + fare->tip + fare->tolls - cash;
  struct journal journal = {.kind = "earned", .currency = fare->currency, .at = microseconds(ride.completed_at)};
  snprintf(journal.id, sizeof journal.id, "driver:RIDE_COMPLETED:%.*s", SHOWN(ride.id));
  post(&journal, "clearing", NULL, -fare->total);
  post(&journal, "driver", &ride.driver, payable);
  post(&journal, "platform", NULL, commission);
  post(&journal, "taxes", NULL, fare->taxes);
  post(&journal, "cash", &ride.driver, cash);
  add_row(earnings, "ttttsn", ride.id, ride.driver, ride.city, fare->json, "standard", (long long)kCommission);
  publish("DRIVER_PAID", ride.id, "", event->timestamp,
          "\"driverId\":\"%.*s\",\"city\":\"%.*s\",\"currency\":\"%.*s\",\"plan\":\"standard\",\"basisPoints\":%d,\"fare\":%lld,"
          "\"commission\":%lld,\"tips\":%lld,\"tolls\":%lld,\"taxes\":%lld,\"cash\":%lld,\"payable\":%lld",
          SHOWN(ride.driver), SHOWN(ride.city), SHOWN(fare->currency), kCommission, itself, commission, fare->tip, fare->tolls,
          fare->taxes, cash, payable);
}

static void write_driver(void) {
  write_books();
  execute_rows("earnings", earnings, kEarningColumns);
  write_published();
}

#endif
