/* The least that a consumer can do: the same reads as a worker, and commits with as many effects of the same size, in plain C.
 *
 *   consume SOCKET TOPIC SHARDS SERVICE BATCH SHAPE [ACCOUNTS]
 *
 * Takes every shard's lease, then reads up to BATCH entries of each shard at a time and commits each shard's with one call, until
 * SIGTERM. Commits and the next read go out in one write.
 *
 * SHAPE says what a completed ride makes of effects; events of other types are only acknowledged:
 *   none           nothing; looks for the fare in each event and adds it up
 *   payment        two postings, a field set, an event published
 *   driver         four postings
 *   rating         a field set, an event published
 *   surge:N        an increment, as has a requested ride; of a thousand, N publish an event and set a field
 *   notification   a field set; of 100, 95 publish an event
 *   analytics      nothing
 * ACCOUNTS is the number of accounts that the worker made in each shard, separated by commas: which account an event is about would
 * take decoding, so it is chosen evenly among so many.
 *
 * A commit has the form that the worker gives it: per account one XADD with all records of the batch and one HINCRBY of its
 * balance, per hash one HSET with all fields.
 */
#include "client.h"

#include <stdint.h>

enum { kTextSize = 640, kTextsPerEvent = 8, kCells = 128 };

/* Records of one stream, or fields of one hash, in a batch. */
struct list {
  int first, last, count;
};

struct account {
  char stream[96], balance[64];
  int key; /* its place among the call's keys; 0 if the batch has nothing for it yet */
  struct list records;
  long long sum;
};

struct shard {
  char log[64], lease[80], retry[80], dead[80], blocked[80], redrive[80], balances[80], hash[80];
  char epoch[24];
  int account_count, fixed_accounts;
  struct account *accounts;
  long long seen;
  long long commits;
};

struct text {
  char bytes[kTextSize];
  int length, next;
};

static const char *service, *shape;
static int surge_changes;
static long long sum;

/* The arguments of the command being made. */
static const char **words;
static size_t *lengths;
static int word_count, word_capacity;
/* Room for the numbers among them. */
static char *numbers;
static int number_count;

static void add_bytes(const char *bytes, size_t length) {
  if (word_count == word_capacity) die("too many arguments");
  words[word_count] = bytes;
  lengths[word_count++] = length;
}

static void add(const char *text) { add_bytes(text, strlen(text)); }

static void add_number(long long number) {
  if (number_count == word_capacity) die("too many numbers");
  char *text = numbers + (size_t)number_count++ * 24;
  add_bytes(text, snprintf(text, 24, "%lld", number));
}

static struct text *texts;
static int text_count;

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

static void post(struct account *account, int *key_count, struct account **touched, const char *kind, long long index,
                 long long amount) {
  if (account->key == 0) {
    touched[*key_count] = account;
    account->key = ++*key_count;
    account->records.count = 0;
    account->sum = 0;
  }
  append(&account->records,
         TEXT("{\"journal\":\"%s:RIDE_COMPLETED:sim-1700000000-%lld\",\"kind\":\"%s\",\"ride\":\"sim-1700000000-%lld\","
              "\"amount\":%lld,\"currency\":\"USD\",\"effectiveAt\":\"" TIME "\"}",
              service, index, kind, index, amount, TIME_OF(index)));
  account->sum += amount;
}

static struct account *variable_account(struct shard *shard, uint64_t hash) {
  return &shard->accounts[shard->fixed_accounts + (hash >> 32) % (shard->account_count - shard->fixed_accounts)];
}

static void publish(struct list *events, const char *type, long long index, const char *rest) {
  append(events, TEXT("%s:sim-1700000000-%lld", type, index));
  append(events,
         TEXT("{\"id\":\"%s:sim-1700000000-%lld\",\"type\":\"%s\",\"timestamp\":\"" TIME "\",\"key\":\"sim-1700000000-%lld\","
              "\"data\":{\"rideId\":\"sim-1700000000-%lld\",\"riderId\":\"rider-sanfrancisco-%lld\",\"city\":\"San Francisco\",%s}}",
              type, index, type, TIME_OF(index), index, index, index % 5000, rest));
}

/* Queues the commit of one shard's entries. */
static void commit(redisContext *redis, struct shard *shard, const redisReply *entries, struct account **touched) {
  int keys = 0;
  struct list fields = {0}, events = {0};
  long long cells[kCells] = {0};
  text_count = word_count = number_count = 0;
  for (size_t i = 0; i < entries->elements; i++) {
    const char *json = entries->element[i]->element[1]->element[1]->str;
    if (shape[0] == 'n' && shape[2] == 'n') {
      const char *fare = strstr(json, "\"total\":");
      if (fare) sum += atoll(fare + 8);
      continue;
    }
    if (shape[0] == 'a') continue;
    long long index = shard->seen++;
    uint64_t hash = (uint64_t)index * 0x9e3779b97f4a7c15u;
    if (!strstr(json, "\"type\":\"RIDE_COMPLETED\"")) {
      if (shape[0] == 's' && strstr(json, "\"type\":\"RIDE_REQUESTED\"")) cells[(hash >> 40) % (kCells / 2)]++;
      continue;
    }
    long long fare = 1000 + index % 3000;
    switch (shape[0]) {
      case 'd':
        post(&shard->accounts[0], &keys, touched, "earned", index, -fare);
        post(variable_account(shard, hash), &keys, touched, "earned", index, fare - fare / 4);
        post(&shard->accounts[1], &keys, touched, "earned", index, fare / 8);
        post(&shard->accounts[2], &keys, touched, "earned", index, fare / 4 - fare / 8);
        append(&fields, TEXT("sim-1700000000-%lld", index));
        append(&fields, TEXT("{\"driver\":\"driver-sanfrancisco-%lld\",\"city\":\"San Francisco\",\"fare\":{\"base\":150,\"distance\":466,"
                             "\"time\":291,\"taxes\":72,\"total\":%lld,\"currency\":\"USD\"},\"plan\":\"standard\",\"basisPoints\":2000}",
                             index % 400, fare));
        publish(&events, "DRIVER_PAID", index,
                "\"driverId\":\"driver-sanfrancisco-17\",\"fare\":{\"base\":150,\"distance\":466,\"time\":291,\"taxes\":72,"
                "\"total\":1234,\"currency\":\"USD\"},\"plan\":\"standard\",\"basisPoints\":2000,\"commission\":232,\"earned\":930");
        break;
      case 'p':
        post(hash % 10 < 8 ? &shard->accounts[1] : variable_account(shard, hash), &keys, touched, "charged", index, -fare);
        post(&shard->accounts[0], &keys, touched, "charged", index, fare);
        append(&fields, TEXT("sim-1700000000-%lld", index));
        append(&fields, TEXT("{\"rider\":\"rider-sanfrancisco-%lld\",\"driver\":\"driver-sanfrancisco-%lld\",\"city\":\"San Francisco\","
                             "\"payment\":{\"method\":\"card\",\"token\":\"tok_visa_2158\"},\"fare\":{\"base\":150,\"distance\":466,"
                             "\"time\":291,\"taxes\":72,\"total\":%lld,\"currency\":\"USD\"},\"charges\":[{\"id\":\"ch_RIDE_COMPLETED:sim-"
                             "1700000000-%lld\",\"source\":\"card\",\"captured\":%lld}],\"at\":\"" TIME "\"}",
                             index % 5000, index % 400, fare, index, fare, TIME_OF(index)));
        publish(&events, "PAYMENT_CAPTURED", index,
                "\"amount\":1234,\"currency\":\"USD\",\"method\":\"card\",\"reference\":\"ch_RIDE_COMPLETED:sim-17\",\"standing\":{\"fare\":"
                "1234,\"card\":1234}");
        break;
      case 'r':
        append(&fields, TEXT("sim-1700000000-%lld", index));
        append(&fields, TEXT("{\"riderId\":\"rider-sanfrancisco-%lld\",\"driverId\":\"driver-sanfrancisco-%lld\",\"city\":\"San "
                             "Francisco\",\"openedAt\":\"" TIME "\"}",
                             index % 5000, index % 400, TIME_OF(index)));
        publish(&events, "RATING_REQUESTED", index, "\"driverId\":\"driver-sanfrancisco-17\"");
        break;
      case 'n':
        append(&fields, TEXT("sim-1700000000-%lld", index));
        append(&fields, TEXT("{\"ride\":\"sim-1700000000-%lld\",\"rider\":\"rider-sanfrancisco-%lld\",\"driver\":\"driver-sanfrancisco-%lld\","
                             "\"city\":\"San Francisco\",\"email\":\"rider-sanfrancisco-%lld@example.com\",\"at\":\"" TIME "\",\"meters\":12001,"
                             "\"seconds\":2047,\"fare\":{\"base\":150,\"distance\":466,\"time\":291,\"taxes\":72,\"total\":%lld,\"currency\":"
                             "\"USD\"},\"amounts\":{\"fare\":%lld,\"card\":%lld},\"version\":1,\"said\":{\"fare\":%lld,\"card\":%lld},"
                             "\"events\":[\"PAYMENT_CAPTURED:sim-1700000000-%lld\"]}",
                             index, index % 5000, index % 400, index % 5000, TIME_OF(index), fare, fare, fare, fare, fare, index));
        if (index % 20) {
          publish(&events, "RECEIPT_SENT", index,
                                "\"email\":\"rider-sanfrancisco-17@example.com\",\"messageId\":\"RIDE_COMPLETED.3asim-1700000000-17@rides"
                                ".example\",\"amount\":1234,\"currency\":\"USD\"");
        }
        break;
      default:
        cells[kCells / 2 + (hash >> 40) % (kCells / 2)]++;
        if ((int)(hash >> 20 & 1023) * 1000 < surge_changes * 1024) {
          append(&fields, TEXT("9q8yy%c", (int)('a' + hash % 26)));
          append(&fields, TEXT("{\"city\":\"San Francisco\",\"percent\":120,\"demand\":12,\"supply\":9,\"minute\":29%06lld}", index % 1000000));
          publish(&events, "SURGE_UPDATED", index, "\"cell\":\"9q8yyk\",\"multiplierPercent\":120,\"demand\":12,\"supply\":9");
        }
    }
  }

  add("FCALL");
  add("eventstreams_commit_v3");
  add_number(6 + 2 + keys);
  add(shard->log);
  add(shard->lease);
  add(shard->retry);
  add(shard->dead);
  add(shard->blocked);
  add(shard->redrive);
  add(shard->balances);
  add(shard->hash);
  for (int i = 0; i < keys; i++) add(touched[i]->stream);
  add(service);
  add(shard->epoch);
  add_number(++shard->commits);
  add("plain-c");
  const redisReply *last = entries->element[entries->elements - 1]->element[0];
  add_bytes(last->str, last->len); /* the position that the group would go on from */
  add("0"); /* seams between reads: nobody moves these groups */
  add_number(entries->elements);
  for (size_t i = 0; i < entries->elements; i++) {
    add_bytes(entries->element[i]->element[0]->str, entries->element[i]->element[0]->len);
  }
  /* Failures done with, counts, letters, letters handled, redrives over, hashes with assumptions: none. */
  for (int i = 0; i < 6; i++) add("0");
  for (int i = 0; i < keys; i++) {
    struct account *account = touched[i];
    add("XADD");
    add_number(8 + account->key);
    add_number(1 + 2 * account->records.count);
    add("*");
    for (int at = account->records.first; at >= 0; at = texts[at].next) {
      add("record");
      add_bytes(texts[at].bytes, texts[at].length);
    }
    add("HINCRBY");
    add("7");
    add("2");
    add(account->balance);
    add_number(account->sum);
    account->key = 0;
  }
  if (fields.count > 0) {
    add("HSET");
    add("8");
    add_number(fields.count);
    for (int at = fields.first; at >= 0; at = texts[at].next) add_bytes(texts[at].bytes, texts[at].length);
  }
  if (events.count > 0) {
    add("PUBLISH");
    add("1");
    add_number(events.count);
    for (int at = events.first; at >= 0; at = texts[at].next) add_bytes(texts[at].bytes, texts[at].length);
  }
  for (int i = 0; i < kCells; i++) {
    if (cells[i] == 0) continue;
    add("HINCRBY");
    add("7");
    add("2");
    char *cell = numbers + (size_t)number_count++ * 24;
    add_bytes(cell, snprintf(cell, 24, "9q8y%02x|%s", i % (kCells / 2), i < kCells / 2 ? "demand" : "supply"));
    add_number(cells[i]);
  }
  if (redisAppendCommandArgv(redis, word_count, words, lengths) != REDIS_OK) die("out of memory");
}

static void open_shard(redisContext *redis, struct shard *shard, const char *namespace, int number, int accounts) {
  snprintf(shard->log, sizeof shard->log, "%s:{%d}", namespace, number);
  snprintf(shard->lease, sizeof shard->lease, "%s:lease:%s", shard->log, service);
  snprintf(shard->retry, sizeof shard->retry, "%s:retry:%s", shard->log, service);
  snprintf(shard->dead, sizeof shard->dead, "%s:dead:%s", shard->log, service);
  snprintf(shard->blocked, sizeof shard->blocked, "%s:blocked:%s", shard->log, service);
  snprintf(shard->redrive, sizeof shard->redrive, "%s:redrive:%s", shard->log, service);
  snprintf(shard->balances, sizeof shard->balances, "%s:%s:balances", shard->log, service);
  snprintf(shard->hash, sizeof shard->hash, "%s:%s:rides", shard->log, service);
  static const char *names[] = {"clearing", "platform", "taxes"};
  shard->fixed_accounts = shape[0] == 'd' ? 3 : 2;
  shard->account_count = accounts > shard->fixed_accounts ? accounts : shard->fixed_accounts + 1;
  shard->accounts = calloc(shard->account_count, sizeof *shard->accounts);
  if (!shard->accounts) die("out of memory");
  for (int i = 0; i < shard->account_count; i++) {
    char name[48];
    if (i < shard->fixed_accounts) {
      snprintf(name, sizeof name, "%s", names[i]);
    } else {
      snprintf(name, sizeof name, "driver:driver-sanfrancis-%d", i);
    }
    snprintf(shard->accounts[i].stream, sizeof shard->accounts[i].stream, "%s:%s:account:%s", shard->log, service, name);
    snprintf(shard->accounts[i].balance, sizeof shard->accounts[i].balance, "%s|USD", name);
  }
  redisReply *lease = call(redis, "FCALL eventstreams_lease_v3 5 %s %s %s %s %s acquire %s plain-c 0 600000 0 0 %s", shard->lease,
                           shard->log, shard->blocked, shard->redrive, shard->retry, service, "");
  if (lease->element[0]->integer == 0) die("%s belongs to somebody else", shard->lease);
  snprintf(shard->epoch, sizeof shard->epoch, "%lld", lease->element[0]->integer);
  freeReplyObject(lease);
}

static void append_read(redisContext *redis, struct shard *shards, int count, const char *batch) {
  const char *command[16 + 2 * MAX_SHARDS] = {"XREADGROUP", "GROUP", service, "plain-c", "COUNT", batch, "BLOCK", "1000", "STREAMS"};
  int at = 9;
  for (int i = 0; i < count; i++) command[at++] = shards[i].log;
  for (int i = 0; i < count; i++) command[at++] = ">";
  if (redisAppendCommandArgv(redis, at, command, NULL) != REDIS_OK) die("out of memory");
}

int main(int count, char **arguments) {
  if (count != 7 && count != 8) die("usage: consume SOCKET TOPIC SHARDS SERVICE BATCH SHAPE [ACCOUNTS]");
  redisContext *redis = connect_to(arguments[1]);
  const char *namespace = arguments[2], *batch = arguments[5];
  service = arguments[4];
  shape = arguments[6];
  if (strncmp(shape, "surge:", 6) == 0) surge_changes = atoi(shape + 6);
  int shard_count = atoi(arguments[3]), batch_size = atoi(batch);
  if (shard_count < 1 || shard_count > MAX_SHARDS || batch_size < 1) die("shards or batch out of range");

  word_capacity = 512 + 60 * batch_size;
  words = malloc(word_capacity * sizeof *words);
  lengths = malloc(word_capacity * sizeof *lengths);
  numbers = malloc((size_t)word_capacity * 24);
  texts = malloc((size_t)kTextsPerEvent * batch_size * sizeof *texts);
  struct account **touched = malloc((4 + 2 * batch_size) * sizeof *touched);
  struct shard *shards = calloc(shard_count, sizeof *shards);
  if (!words || !lengths || !numbers || !texts || !touched || !shards) die("out of memory");
  char none[] = "", *accounts = count == 8 ? arguments[7] : none;
  for (int i = 0; i < shard_count; i++) {
    open_shard(redis, &shards[i], namespace, i, (int)strtol(accounts, &accounts, 10));
    if (*accounts == ',') accounts++;
  }

  append_read(redis, shards, shard_count, batch);
  int commits = 0;
  for (;;) {
    for (; commits > 0; commits--) {
      redisReply *reply = next_reply(redis, 0);
      if (reply->elements < 1 || reply->element[0]->integer < 1) die("a commit acknowledged nothing");
      freeReplyObject(reply);
    }
    redisReply *streams = next_reply(redis, 0);
    int shard = 0;
    for (size_t i = 0; streams->type == REDIS_REPLY_ARRAY && i < streams->elements; i++) {
      const redisReply *stream = streams->element[i];
      /* The reply keeps the order of the shards. */
      while (strcmp(shards[shard].log, stream->element[0]->str) != 0) shard++;
      commit(redis, &shards[shard], stream->element[1], touched);
      commits++;
    }
    append_read(redis, shards, shard_count, batch);
    freeReplyObject(streams);
  }
}
