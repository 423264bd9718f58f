/* What services make of events: as many effects as the product's services have, of the same size. */
#ifndef RIDES_BENCHMARK_EFFECTS_H
#define RIDES_BENCHMARK_EFFECTS_H

#include "command.h"

#include <stdint.h>

enum { kTextSize = 640, kTextsPerEvent = 8, kCells = 128, kFirstStateKey = 7 };

/* Records of one stream, fields of one hash, or events, in a batch. */
struct list {
  int first, last, count;
};

struct account {
  char stream[128], balance[64];
  int key; /* its place among those that the batch has something for, from 1; 0 if it has nothing for it yet */
  struct list records;
  long long sum;
};

/* A service's state in one shard. */
struct state {
  char balances[80], hash[80];
  int account_count, fixed_accounts;
  struct account *accounts;
  long long seen, paid; /* events */
};

/* The effects of a batch. */
struct effects {
  int touched_count;
  struct account **touched;
  struct list fields, events;
  const char *topic; /* of the events */
  long long cells[kCells];
};

struct text {
  char bytes[kTextSize];
  int length, next;
};

static const char *service, *shape;
static int surge_changes;
static long long sum;
static struct text *texts;
static int text_count;

/* Makes room for the effects of so many events. */
static void reserve_effects(struct effects *effects, int events) {
  texts = malloc((size_t)kTextsPerEvent * events * sizeof *texts);
  effects->touched = malloc((4 + 2 * (size_t)events) * sizeof *effects->touched);
  if (!texts || !effects->touched) die("out of memory");
}

static void begin_effects(struct effects *effects) {
  *effects = (struct effects){.touched = effects->touched};
  text_count = 0;
}

static void append(struct list *list, int text) {
  texts[text].next = -1;
  if (list->count++ == 0) {
    list->first = text;
  } else {
    texts[list->last].next = text;
  }
  list->last = text;
}

#define TEXT(...) (texts[text_count].length = snprintf(texts[text_count].bytes, kTextSize, __VA_ARGS__), text_count++)
#define TIME "2026-04-03T10:%02lld:%02lld.%03lldZ"
#define TIME_OF(index) (index) / 60000 % 60, (index) / 1000 % 60, (index) % 1000

static void post(struct effects *effects, struct account *account, const char *kind, long long index, long long amount) {
  if (account->key == 0) {
    effects->touched[effects->touched_count] = account;
    account->key = ++effects->touched_count;
    account->records.count = 0;
    account->sum = 0;
  }
  append(&account->records,
         TEXT("{\"journal\":\"%s:RIDE_COMPLETED:sim-1700000000-%lld\",\"kind\":\"%s\",\"ride\":\"sim-1700000000-%lld\","
              "\"amount\":%lld,\"currency\":\"USD\",\"effectiveAt\":\"" TIME "\"}",
              service, index, kind, index, amount, TIME_OF(index)));
  account->sum += amount;
}

static struct account *variable_account(struct state *state, uint64_t hash) {
  return &state->accounts[state->fixed_accounts + (hash >> 32) % (state->account_count - state->fixed_accounts)];
}

static void publish(struct effects *effects, const char *topic, const char *type, long long index, const char *rest) {
  struct list *events = &effects->events;
  effects->topic = topic;
  append(events, TEXT("%s:sim-1700000000-%lld", type, index));
  append(events,
         TEXT("{\"id\":\"%s:sim-1700000000-%lld\",\"type\":\"%s\",\"timestamp\":\"" TIME "\",\"key\":\"sim-1700000000-%lld\","
              "\"data\":{\"rideId\":\"sim-1700000000-%lld\",\"riderId\":\"rider-sanfrancisco-%lld\",\"city\":\"San Francisco\",%s}}",
              type, index, type, TIME_OF(index), index, index, index % 5000, rest));
}

/* The effects of one event. */
static void handle(struct effects *effects, struct state *state, const char *json) {
  if (shape[0] == 'n' && shape[2] == 'n') {
    const char *fare = strstr(json, "\"total\":");
    if (fare) sum += atoll(fare + 8);
    return;
  }
  if (shape[0] == 'a') return;
  int is_paid = shape[0] == 'n' && strstr(json, "\"type\":\"PAYMENT_CAPTURED\"");
  long long index = is_paid ? state->paid++ : state->seen++;
  uint64_t hash = (uint64_t)index * 0x9e3779b97f4a7c15u;
  if (!is_paid && !strstr(json, "\"type\":\"RIDE_COMPLETED\"")) {
    if (shape[0] == 's' && strstr(json, "\"type\":\"RIDE_REQUESTED\"")) effects->cells[(hash >> 40) % (kCells / 2)]++;
    return;
  }
  long long fare = 1000 + index % 3000;
  struct list *fields = &effects->fields;
  switch (shape[0]) {
    case 'd':
      post(effects, &state->accounts[0], "earned", index, -fare);
      post(effects, variable_account(state, hash), "earned", index, fare - fare / 4);
      post(effects, &state->accounts[1], "earned", index, fare / 8);
      post(effects, &state->accounts[2], "earned", index, fare / 4 - fare / 8);
      append(fields, TEXT("sim-1700000000-%lld", index));
      append(fields, TEXT("{\"driver\":\"driver-sanfrancisco-%lld\",\"city\":\"San Francisco\",\"fare\":{\"base\":150,\"distance\":466,"
                          "\"time\":291,\"taxes\":72,\"total\":%lld,\"currency\":\"USD\"},\"plan\":\"standard\",\"basisPoints\":2000}",
                          index % 400, fare));
      publish(effects, "earnings", "DRIVER_PAID", index,
              "\"driverId\":\"driver-sanfrancisco-17\",\"fare\":{\"base\":150,\"distance\":466,\"time\":291,\"taxes\":72,"
              "\"total\":1234,\"currency\":\"USD\"},\"plan\":\"standard\",\"basisPoints\":2000,\"commission\":232,\"earned\":930");
      break;
    case 'p':
      post(effects, hash % 10 < 8 ? &state->accounts[1] : variable_account(state, hash), "charged", index, -fare);
      post(effects, &state->accounts[0], "charged", index, fare);
      append(fields, TEXT("sim-1700000000-%lld", index));
      append(fields, TEXT("{\"rider\":\"rider-sanfrancisco-%lld\",\"driver\":\"driver-sanfrancisco-%lld\",\"city\":\"San Francisco\","
                          "\"payment\":{\"method\":\"card\",\"token\":\"tok_visa_2158\"},\"fare\":{\"base\":150,\"distance\":466,"
                          "\"time\":291,\"taxes\":72,\"total\":%lld,\"currency\":\"USD\"},\"charges\":[{\"id\":\"ch_RIDE_COMPLETED:sim-"
                          "1700000000-%lld\",\"source\":\"card\",\"captured\":%lld}],\"at\":\"" TIME "\"}",
                          index % 5000, index % 400, fare, index, fare, TIME_OF(index)));
      publish(effects, "payments", "PAYMENT_CAPTURED", index,
              "\"amount\":1234,\"currency\":\"USD\",\"method\":\"card\",\"reference\":\"ch_RIDE_COMPLETED:sim-17\",\"standing\":{\"fare\":"
              "1234,\"card\":1234}");
      break;
    case 'r':
      append(fields, TEXT("sim-1700000000-%lld", index));
      append(fields, TEXT("{\"riderId\":\"rider-sanfrancisco-%lld\",\"driverId\":\"driver-sanfrancisco-%lld\",\"city\":\"San "
                          "Francisco\",\"openedAt\":\"" TIME "\"}",
                          index % 5000, index % 400, TIME_OF(index)));
      publish(effects, "receipts", "RATING_REQUESTED", index, "\"driverId\":\"driver-sanfrancisco-17\"");
      break;
    case 'n':
      append(fields, TEXT("sim-1700000000-%lld", index));
      append(fields, TEXT("{\"ride\":\"sim-1700000000-%lld\",\"rider\":\"rider-sanfrancisco-%lld\",\"driver\":\"driver-sanfrancisco-%lld\","
                          "\"city\":\"San Francisco\",\"email\":\"rider-sanfrancisco-%lld@example.com\",\"at\":\"" TIME "\",\"meters\":12001,"
                          "\"seconds\":2047,\"fare\":{\"base\":150,\"distance\":466,\"time\":291,\"taxes\":72,\"total\":%lld,\"currency\":"
                          "\"USD\"},\"amounts\":{\"fare\":%lld,\"card\":%lld},\"version\":1,\"said\":{\"fare\":%lld,\"card\":%lld},"
                          "\"events\":[\"PAYMENT_CAPTURED:sim-1700000000-%lld\"]}",
                          index, index % 5000, index % 400, index % 5000, TIME_OF(index), fare, fare, fare, fare, fare, index));
      if (is_paid && index % 20) {
        publish(effects, "receipts", "RECEIPT_SENT", index,
                "\"email\":\"rider-sanfrancisco-17@example.com\",\"messageId\":\"RIDE_COMPLETED.3asim-1700000000-17@rides"
                ".example\",\"amount\":1234,\"currency\":\"USD\"");
      }
      break;
    default:
      effects->cells[kCells / 2 + (hash >> 40) % (kCells / 2)]++;
      if ((int)(hash >> 20 & 1023) * 1000 < surge_changes * 1024) {
        append(fields, TEXT("9q8yy%c", (int)('a' + hash % 26)));
        append(fields, TEXT("{\"city\":\"San Francisco\",\"percent\":120,\"demand\":12,\"supply\":9,\"minute\":29%06lld}", index % 1000000));
        publish(effects, "surge", "SURGE_UPDATED", index, "\"cell\":\"9q8yyk\",\"multiplierPercent\":120,\"demand\":12,\"supply\":9");
      }
  }
}

static void add_list(const struct list *list) {
  add_number(list->count);
  for (int at = list->first; at >= 0; at = texts[at].next) add_bytes(texts[at].bytes, texts[at].length);
}

static void add_state_keys(const struct effects *effects, const struct state *state) {
  add(state->balances);
  add(state->hash);
  for (int i = 0; i < effects->touched_count; i++) add(effects->touched[i]->stream);
}

/* The name of a cell's count: of the first half demand, of the second supply. */
static void add_cell(int cell) {
  static char names[kCells][16];
  char *name = names[cell];
  if (!*name) snprintf(name, sizeof names[cell], "9q8y%02x|%s", cell % (kCells / 2), cell < kCells / 2 ? "demand" : "supply");
  add(name);
}

/* Adds the effects to the command, in the form that the worker gives them: per account one XADD with all records of the batch and one
 * HINCRBY of its balance, per hash one HSET with all fields. */
static void add_effects(const struct effects *effects) {
  add("0"); /* hashes with assumptions */
  for (int i = 0; i < effects->touched_count; i++) {
    struct account *account = effects->touched[i];
    add("XADD");
    add_number(kFirstStateKey + 1 + account->key);
    add_number(1 + 2 * account->records.count);
    add("*");
    for (int at = account->records.first; at >= 0; at = texts[at].next) {
      add("record");
      add_bytes(texts[at].bytes, texts[at].length);
    }
    add("HINCRBY");
    add_number(kFirstStateKey);
    add("2");
    add(account->balance);
    add_number(account->sum);
    account->key = 0;
  }
  if (effects->fields.count > 0) {
    add("HSET");
    add_number(kFirstStateKey + 1);
    add_list(&effects->fields);
  }
  if (effects->events.count > 0) {
    add("PUBLISH");
    add(effects->topic);
    add_list(&effects->events);
  }
  for (int i = 0; i < kCells; i++) {
    if (effects->cells[i] == 0) continue;
    add("HINCRBY");
    add_number(kFirstStateKey);
    add("2");
    add_cell(i);
    add_number(effects->cells[i]);
  }
}

static void open_state(struct state *state, const char *prefix, int accounts) {
  snprintf(state->balances, sizeof state->balances, "%s:%s:balances", prefix, service);
  snprintf(state->hash, sizeof state->hash, "%s:%s:rides", prefix, service);
  static const char *names[] = {"clearing", "platform", "taxes"};
  state->fixed_accounts = shape[0] == 'd' ? 3 : 2;
  state->account_count = accounts > state->fixed_accounts ? accounts : state->fixed_accounts + 1;
  state->accounts = calloc(state->account_count, sizeof *state->accounts);
  if (!state->accounts) die("out of memory");
  for (int i = 0; i < state->account_count; i++) {
    char name[48];
    if (i < state->fixed_accounts) {
      snprintf(name, sizeof name, "%s", names[i]);
    } else {
      snprintf(name, sizeof name, "driver:driver-sanfrancis-%d", i);
    }
    snprintf(state->accounts[i].stream, sizeof state->accounts[i].stream, "%s:%s:account:%s", prefix, service, name);
    snprintf(state->accounts[i].balance, sizeof state->accounts[i].balance, "%s|USD", name);
  }
}

#endif
