/* What services make of events: as many effects as the product's services have, of the same size. */
#ifndef RIDES_BENCHMARK_EFFECTS_H
#define RIDES_BENCHMARK_EFFECTS_H

#include "command.h"

#include <stdint.h>

enum { kTextSize = 640, kTextsPerEvent = 8, kCells = 128, kSlices = 16, kFixedAccounts = 3, kFirstStateKey = 7 };

/* Records of one stream, fields of one hash, or events, in a batch. */
struct list {
  int first, last, count;
};

struct account {
  char balance[64], count[80]; /* fields */
  int is_touched; /* by the batch */
  long long sum;
};

/* A stream of journals. */
struct slice {
  char stream[128];
  int key; /* its place among those that the batch has something for, from 1; 0 if it has nothing for it yet */
  struct list records;
};

/* A service's state in one shard. */
struct state {
  char balances[80], hash[80], counts[80];
  int account_count, fixed_accounts;
  struct account *accounts;
  struct slice slices[kSlices];
  long long seen, paid; /* events */
};

/* The effects of a batch. */
struct effects {
  int touched_count;
  struct account **touched;
  int slice_count;
  struct slice *slices[kSlices];
  long long journals, entries[kFixedAccounts];
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

/* Adds to an account's balance. */
static void move(struct effects *effects, struct state *state, struct account *account, long long amount) {
  if (!account->is_touched) {
    effects->touched[effects->touched_count++] = account;
    account->is_touched = 1;
    account->sum = 0;
  }
  account->sum += amount;
  if (account < state->accounts + state->fixed_accounts) effects->entries[account - state->accounts]++;
}

/* Adds the record of a journal to its stream: which of them it is goes by the account. */
static void record(struct effects *effects, struct state *state, const struct account *holder, int text) {
  struct slice *slice = &state->slices[(holder - state->accounts) % kSlices];
  if (slice->key == 0) {
    effects->slices[effects->slice_count] = slice;
    slice->key = ++effects->slice_count;
    slice->records.count = 0;
  }
  append(&slice->records, text);
  effects->journals++;
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
  struct account *account;
  switch (shape[0]) {
    case 'd':
      account = variable_account(state, hash);
      move(effects, state, &state->accounts[0], -fare);
      move(effects, state, account, fare - fare / 4);
      move(effects, state, &state->accounts[1], fare / 8);
      move(effects, state, &state->accounts[2], fare / 4 - fare / 8);
      record(effects, state, account,
             TEXT("{\"k\":\"earned\",\"r\":\"sim-1700000000-%lld\",\"e\":1775212200%06lld,\"t\":1775212200%03lld,\"c\":\"USD\","
                  "\"p\":[\"clearing\",%lld,\"driver:driver-sanfrancis-%lld\",%lld,\"platform\",%lld,\"taxes\",%lld],\"n\":[%lld,%lld,0,0,0]}",
                  index, index % 1000000, index % 1000, -fare, index % 400, fare - fare / 4, fare / 8, fare / 4 - fare / 8, fare, fare / 8));
      append(fields, TEXT("sim-1700000000-%lld", index));
      append(fields, TEXT("{\"driver\":\"driver-sanfrancisco-%lld\",\"city\":\"San Francisco\",\"fare\":{\"base\":150,\"distance\":466,"
                          "\"time\":291,\"taxes\":72,\"total\":%lld,\"currency\":\"USD\"},\"plan\":\"standard\",\"basisPoints\":2000}",
                          index % 400, fare));
      publish(effects, "earnings", "DRIVER_PAID", index,
              "\"driverId\":\"driver-sanfrancisco-17\",\"fare\":{\"base\":150,\"distance\":466,\"time\":291,\"taxes\":72,"
              "\"total\":1234,\"currency\":\"USD\"},\"plan\":\"standard\",\"basisPoints\":2000,\"commission\":232,\"earned\":930");
      break;
    case 'p':
      account = variable_account(state, hash);
      move(effects, state, hash % 10 < 8 ? &state->accounts[1] : account, -fare);
      move(effects, state, &state->accounts[0], fare);
      record(effects, state, account,
             TEXT("{\"k\":\"charged\",\"r\":\"sim-1700000000-%lld\",\"e\":1775212200%06lld,\"t\":1775212200%03lld,\"c\":\"USD\","
                  "\"p\":[\"gateway\",%lld,\"clearing\",%lld]}",
                  index, index % 1000000, index % 1000, -fare, fare));
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
  add(state->counts);
  for (int i = 0; i < effects->slice_count; i++) add(effects->slices[i]->stream);
}

/* The name of a cell's count: of the first half demand, of the second supply. */
static const char *cell_name(int cell) {
  static char names[kCells][16];
  char *name = names[cell];
  if (!*name) snprintf(name, sizeof names[cell], "9q8y%02x|%s", cell % (kCells / 2), cell < kCells / 2 ? "demand" : "supply");
  return name;
}

static void add_increment(int key, const char *field, long long amount) {
  add("HINCRBY");
  add_number(key);
  add("2");
  add(field);
  add_number(amount);
}

/* Adds the effects to the command, in the form that the worker gives them: per stream of journals one XADD with all records of the batch, per
 * hash one HINCRBY of all balances, and how many there are, one HSET with all fields. */
static void add_effects(const struct effects *effects, const struct state *state) {
  add("0"); /* hashes with assumptions */
  for (int i = 0; i < effects->slice_count; i++) {
    struct slice *slice = effects->slices[i];
    add("XADD");
    add_number(kFirstStateKey + 2 + slice->key);
    add_list(&slice->records);
    slice->key = 0;
  }
  if (effects->touched_count > 0) {
    add("HINCRBY");
    add_number(kFirstStateKey);
    add_number(2 * effects->touched_count);
  }
  for (int i = 0; i < effects->touched_count; i++) {
    add(effects->touched[i]->balance);
    add_number(effects->touched[i]->sum);
    effects->touched[i]->is_touched = 0;
  }
  if (effects->journals > 0) add_increment(kFirstStateKey + 2, "20546", effects->journals);
  for (int i = 0; i < state->fixed_accounts; i++) {
    if (effects->entries[i] > 0) add_increment(kFirstStateKey + 2, state->accounts[i].count, effects->entries[i]);
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
    add_increment(kFirstStateKey, cell_name(i), effects->cells[i]);
  }
}

static void open_state(struct state *state, const char *prefix, int accounts) {
  snprintf(state->balances, sizeof state->balances, "%s:%s:balances", prefix, service);
  snprintf(state->hash, sizeof state->hash, "%s:%s:rides", prefix, service);
  snprintf(state->counts, sizeof state->counts, "%s:%s:journals", prefix, service);
  for (int i = 0; i < kSlices; i++) {
    snprintf(state->slices[i].stream, sizeof state->slices[i].stream, "%s:%s:journals:20546:%d", prefix, service, i);
  }
  static const char *names[] = {"clearing", "platform", "taxes"};
  state->fixed_accounts = shape[0] == 'd' ? kFixedAccounts : 2;
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
    snprintf(state->accounts[i].balance, sizeof state->accounts[i].balance, "%s|USD", name);
    snprintf(state->accounts[i].count, sizeof state->accounts[i].count, "20546|%s", state->accounts[i].balance);
  }
}

#endif
