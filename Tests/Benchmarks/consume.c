/* The least that a consumer of the driver service can do: the same reads, and commits with as many effects of the same size, in
 * plain C and without looking at an event.
 *
 *   consume SOCKET TOPIC SHARDS SERVICE BATCH ACCOUNTS
 *
 * Takes every shard's lease, then reads up to BATCH entries of each shard at a time and commits each shard's with one call, until
 * SIGTERM. Commits and the next read go out in one write. ACCOUNTS is the number of drivers' accounts in each shard, separated by
 * commas: which driver an event is about would take decoding, so it is chosen evenly among so many.
 *
 * A commit has the form that the worker gives it. Per event four postings (clearing, driver, platform, taxes); per account one
 * XADD with all records of the batch, and one HINCRBY of its balance.
 */
#include "client.h"

#include <stdint.h>

enum { kRecordSize = 256, kPostings = 4 };

struct account {
  char stream[96], balance[64];
  int key;          /* its place among the call's keys; 0 if the batch has nothing for it yet */
  int first, last;  /* its records in this batch */
  int records;
  long long sum;
};

struct shard {
  char log[64], lease[80], retry[80], dead[80], blocked[80], redrive[80], balances[80];
  char epoch[24];
  int drivers;
  struct account *accounts; /* clearing, platform, taxes, then the drivers' */
  long long seen;
  long long commits;
};

struct record {
  char json[kRecordSize];
  int length, next;
};

/* The arguments of the command being made. */
static const char **words;
static size_t *lengths;
static int word_count, word_capacity;
/* Room for the numbers among them. */
static char *numbers;
static size_t number_count, number_capacity;

static void add_bytes(const char *bytes, size_t length) {
  if (word_count == word_capacity) die("too many arguments");
  words[word_count] = bytes;
  lengths[word_count++] = length;
}

static void add(const char *text) { add_bytes(text, strlen(text)); }

static void add_number(long long number) {
  if (number_count == number_capacity) die("too many numbers");
  char *text = numbers + number_count++ * 24;
  add_bytes(text, snprintf(text, 24, "%lld", number));
}

static struct record *records;
static int record_count;

static void post(struct account *account, int *key_count, struct account **touched, const char *kind, long long index,
                 long long amount) {
  struct record *record = &records[record_count];
  record->next = -1;
  record->length = snprintf(
      record->json, kRecordSize,
      "{\"journal\":\"driver:RIDE_COMPLETED:sim-1700000000-%lld\",\"kind\":\"%s\",\"ride\":\"sim-1700000000-%lld\","
      "\"amount\":%lld,\"currency\":\"USD\",\"effectiveAt\":\"2026-04-03T10:%02lld:%02lld.%03lldZ\"}",
      index, kind, index, amount, index / 60000 % 60, index / 1000 % 60, index % 1000);
  if (account->key == 0) {
    touched[*key_count] = account;
    account->key = ++*key_count;
    account->first = record_count;
    account->records = 0;
    account->sum = 0;
  } else {
    records[account->last].next = record_count;
  }
  account->last = record_count++;
  account->records++;
  account->sum += amount;
}

/* Queues the commit of one shard's entries. */
static void commit(redisContext *redis, struct shard *shard, const char *service, const redisReply *entries,
                   struct account **touched) {
  int keys = 0;
  record_count = word_count = 0;
  number_count = 0;
  for (size_t i = 0; i < entries->elements; i++) {
    long long index = shard->seen++;
    long long fare = 1000 + index % 3000;
    uint64_t hash = (uint64_t)index * 0x9e3779b97f4a7c15u;
    post(&shard->accounts[0], &keys, touched, "earned", index, -fare);
    post(&shard->accounts[3 + (hash >> 32) % shard->drivers], &keys, touched, "earned", index, fare - fare / 4);
    post(&shard->accounts[1], &keys, touched, "earned", index, fare / 8);
    post(&shard->accounts[2], &keys, touched, "earned", index, fare / 4 - fare / 8);
  }

  add("FCALL");
  add("eventstreams_commit_v1");
  add_number(6 + keys + 1);
  add(shard->log);
  add(shard->lease);
  add(shard->retry);
  add(shard->dead);
  add(shard->blocked);
  add(shard->redrive);
  add(shard->balances);
  for (int i = 0; i < keys; i++) add(touched[i]->stream);
  add(service);
  add(shard->epoch);
  add_number(++shard->commits);
  add("plain-c");
  const redisReply *last = entries->element[entries->elements - 1]->element[0];
  add_bytes(last->str, last->len); /* the position that the group would go on from */
  add_number(entries->elements);
  for (size_t i = 0; i < entries->elements; i++) {
    add_bytes(entries->element[i]->element[0]->str, entries->element[i]->element[0]->len);
  }
  for (int i = 0; i < 5; i++) add("0"); /* failures done with, counts, letters, letters handled, redrives over: none */
  for (int i = 0; i < keys; i++) {
    struct account *account = touched[i];
    add("XADD");
    add_number(7 + account->key);
    add_number(1 + 2 * account->records);
    add("*");
    for (int at = account->first; at >= 0; at = records[at].next) {
      add("record");
      add_bytes(records[at].json, records[at].length);
    }
    add("HINCRBY");
    add("7");
    add("2");
    add(account->balance);
    add_number(account->sum);
    account->key = 0;
  }
  if (redisAppendCommandArgv(redis, word_count, words, lengths) != REDIS_OK) die("out of memory");
}

static void open_shard(redisContext *redis, struct shard *shard, const char *topic, int number, const char *service, int drivers) {
  snprintf(shard->log, sizeof shard->log, "%s:{%d}", topic, number);
  snprintf(shard->lease, sizeof shard->lease, "%s:lease:%s", shard->log, service);
  snprintf(shard->retry, sizeof shard->retry, "%s:retry:%s", shard->log, service);
  snprintf(shard->dead, sizeof shard->dead, "%s:dead:%s", shard->log, service);
  snprintf(shard->blocked, sizeof shard->blocked, "%s:blocked:%s", shard->log, service);
  snprintf(shard->redrive, sizeof shard->redrive, "%s:redrive:%s", shard->log, service);
  snprintf(shard->balances, sizeof shard->balances, "%s:%s:balances", shard->log, service);
  shard->drivers = drivers > 0 ? drivers : 1;
  shard->accounts = calloc(3 + shard->drivers, sizeof *shard->accounts);
  if (!shard->accounts) die("out of memory");
  static const char *names[] = {"clearing", "platform", "taxes"};
  for (int i = 0; i < 3 + shard->drivers; i++) {
    char name[48];
    if (i < 3) {
      snprintf(name, sizeof name, "%s", names[i]);
    } else {
      snprintf(name, sizeof name, "driver:driver-sanfrancis-%d", i - 3);
    }
    snprintf(shard->accounts[i].stream, sizeof shard->accounts[i].stream, "%s:%s:account:%s", shard->log, service, name);
    snprintf(shard->accounts[i].balance, sizeof shard->accounts[i].balance, "%s|USD", name);
  }
  redisReply *lease = call(redis, "FCALL eventstreams_lease_v1 5 %s %s %s %s %s acquire %s plain-c 0 600000 0 0", shard->lease,
                           shard->log, shard->blocked, shard->redrive, shard->retry, service);
  if (lease->element[0]->integer == 0) die("%s belongs to somebody else", shard->lease);
  snprintf(shard->epoch, sizeof shard->epoch, "%lld", lease->element[0]->integer);
  freeReplyObject(lease);
}

static void append_read(redisContext *redis, struct shard *shards, int count, const char *service, const char *batch) {
  const char *command[16 + 2 * MAX_SHARDS] = {"XREADGROUP", "GROUP", service, "plain-c", "COUNT", batch, "BLOCK", "1000", "STREAMS"};
  int at = 9;
  for (int i = 0; i < count; i++) command[at++] = shards[i].log;
  for (int i = 0; i < count; i++) command[at++] = ">";
  if (redisAppendCommandArgv(redis, at, command, NULL) != REDIS_OK) die("out of memory");
}

int main(int count, char **arguments) {
  if (count != 7) die("usage: consume SOCKET TOPIC SHARDS SERVICE BATCH ACCOUNTS");
  redisContext *redis = connect_to(arguments[1]);
  const char *topic = arguments[2], *service = arguments[4], *batch = arguments[5];
  int shard_count = atoi(arguments[3]), batch_size = atoi(batch);
  if (shard_count < 1 || shard_count > MAX_SHARDS || batch_size < 1) die("shards or batch out of range");

  word_capacity = 64 + 40 * batch_size;
  number_capacity = word_capacity;
  words = malloc(word_capacity * sizeof *words);
  lengths = malloc(word_capacity * sizeof *lengths);
  numbers = malloc(number_capacity * 24);
  records = malloc(kPostings * batch_size * sizeof *records);
  struct account **touched = malloc((3 + batch_size) * sizeof *touched);
  struct shard *shards = calloc(shard_count, sizeof *shards);
  if (!words || !lengths || !numbers || !records || !touched || !shards) die("out of memory");
  char *accounts = arguments[6];
  for (int i = 0; i < shard_count; i++) {
    open_shard(redis, &shards[i], topic, i, service, (int)strtol(accounts, &accounts, 10));
    if (*accounts == ',') accounts++;
  }

  append_read(redis, shards, shard_count, service, batch);
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
      commit(redis, &shards[shard], service, stream->element[1], touched);
      commits++;
    }
    append_read(redis, shards, shard_count, service, batch);
    freeReplyObject(streams);
  }
}
