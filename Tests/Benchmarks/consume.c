/* The least that a consumer can do: the same reads as a worker, and commits with as many effects of the same size, in plain C.
 *
 *   consume SOCKET NAMESPACE SHARDS SERVICE TOPICS BATCH SHAPE [ACCOUNTS]
 *
 * Takes every shard's lease with the topics, which commas separate, then reads up to BATCH entries of each topic of each shard at a
 * time and commits each shard's with one call, until SIGTERM. Commits and the next read go out in one write.
 *
 * All that stands up to a commit's position must be settled, and nothing beyond it. So what a read gives out of one topic beyond the
 * last entry of another that COUNT cut short is kept until the next read, which does not wait, as a worker keeps it. What is left out
 * is the merge: a worker hands out the events of all topics in the order of the log, and here one topic is gone through after the
 * other, because nothing that is done depends on their order. Nor are seams between reads named, leases renewed, or topics read that
 * come later.
 *
 * SHAPE says what a completed ride makes of effects; events of other types are only acknowledged:
 *   none           nothing; looks for the fare in each event and adds it up
 *   payment        two postings, a field set, an event published
 *   driver         four postings, a field set, an event published
 *   rating         a field set, an event published
 *   surge:N        an increment, as has a requested ride; of a thousand, N publish an event and set a field
 *   notification   a field set, and again when it has been paid; of 100 of these, 95 publish an event
 *   analytics      nothing
 * ACCOUNTS is the number of accounts that the worker made in each shard, separated by commas: which account an event is about would
 * take decoding, so it is chosen evenly among so many.
 */
#include "effects.h"

enum { kMaxTopics = 16 };

struct topic {
  char name[64], stream[192];
  /* What was given out and is not settled yet, in order. */
  redisReply **entries;
  int count, capacity;
  int ready; /* how many of these are settled next */
};

struct shard {
  char logs[64], lease[80], retry[80], dead[80], blocked[80], redrive[80];
  char epoch[24];
  int topic_count;
  struct topic topics[kMaxTopics];
  struct state state;
  long long commits;
};

static int batch_size;

static const char *id_of(const redisReply *entry) { return entry->element[0]->str; }

static int is_after(const char *id, const char *other) {
  char *sequence, *other_sequence;
  unsigned long long ms = strtoull(id, &sequence, 10), other_ms = strtoull(other, &other_sequence, 10);
  if (ms != other_ms) return ms > other_ms;
  return strtoull(sequence + 1, NULL, 10) > strtoull(other_sequence + 1, NULL, 10);
}

/* Takes the entries out of a reply. */
static void take(struct topic *topic, redisReply *entries) {
  int count = (int)entries->elements;
  if (topic->count + count > topic->capacity) {
    topic->capacity = 2 * (topic->count + count);
    topic->entries = realloc(topic->entries, topic->capacity * sizeof *topic->entries);
    if (!topic->entries) die("out of memory");
  }
  for (int i = 0; i < count; i++) {
    topic->entries[topic->count++] = entries->element[i];
    entries->element[i] = NULL;
  }
}

/* Chooses what is settled next of a shard, no more than a batch of each topic: what does not come after a place, or all.
 *   Returns the last of it in the order of the log; NULL if there is nothing. */
static const char *choose(struct shard *shard, const char *cut) {
  const char *limit = cut, *last = NULL;
  for (int i = 0; i < shard->topic_count; i++) {
    const struct topic *topic = &shard->topics[i];
    const char *id = topic->count > batch_size ? id_of(topic->entries[batch_size - 1]) : NULL;
    if (id && (!limit || is_after(limit, id))) limit = id;
  }
  for (int i = 0; i < shard->topic_count; i++) {
    struct topic *topic = &shard->topics[i];
    topic->ready = topic->count;
    while (limit && topic->ready > 0 && is_after(id_of(topic->entries[topic->ready - 1]), limit)) topic->ready--;
    if (topic->ready == 0) continue;
    const char *id = id_of(topic->entries[topic->ready - 1]);
    if (!last || is_after(id, last)) last = id;
  }
  return last;
}

/* Queues the commit of what was chosen. */
static void commit(redisContext *redis, struct shard *shard, const char *position, struct effects *effects) {
  int used = 0;
  begin_effects(effects);
  for (int i = 0; i < shard->topic_count; i++) {
    const struct topic *topic = &shard->topics[i];
    used += topic->ready > 0;
    for (int j = 0; j < topic->ready; j++) handle(effects, &shard->state, topic->entries[j]->element[1]->element[1]->str);
  }
  begin_command();
  add("FCALL");
  add("eventstreams_commit_v6");
  add_number(kFirstStateKey + 2 + effects->slice_count);
  add(shard->logs);
  add(shard->lease);
  add(shard->retry);
  add(shard->dead);
  add(shard->blocked);
  add(shard->redrive);
  add_state_keys(effects, &shard->state);
  add(service);
  add(shard->epoch);
  add_number(++shard->commits);
  add("plain-c");
  add(position);
  add("0"); /* entries up to there that are not settled */
  add("");  /* all of it is of the log */
  add("0"); /* seams between reads: nobody moves these groups */
  add_number(used);
  for (int i = 0; i < shard->topic_count; i++) {
    const struct topic *topic = &shard->topics[i];
    if (topic->ready == 0) continue;
    add(topic->name);
    add_number(topic->ready);
    for (int j = 0; j < topic->ready; j++) add_bytes(topic->entries[j]->element[0]->str, topic->entries[j]->element[0]->len);
  }
  /* Failures done with, counts, letters, letters handled, redrives over: none. */
  for (int i = 0; i < 5; i++) add("0");
  add_effects(effects, &shard->state);
  queue_command(redis);
  for (int i = 0; i < shard->topic_count; i++) {
    struct topic *topic = &shard->topics[i];
    if (topic->ready == 0) continue;
    for (int j = 0; j < topic->ready; j++) freeReplyObject(topic->entries[j]);
    topic->count -= topic->ready;
    memmove(topic->entries, topic->entries + topic->ready, topic->count * sizeof *topic->entries);
  }
}

/* Takes a shard's lease, and notes the topics that come with it. */
static void acquire(redisContext *redis, struct shard *shard, const char *wanted) {
  char topics[512];
  snprintf(topics, sizeof topics, "%s", wanted);
  begin_command();
  const char *head[] = {"FCALL", "eventstreams_lease_v6", "5", shard->lease, shard->logs, shard->blocked, shard->redrive, shard->retry,
                        "acquire", service, "plain-c", "0", "600000", "0", "", "", "", "", "", ""};
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) add(head[i]);
  for (char *name = strtok(topics, ","); name; name = strtok(NULL, ",")) add(name);
  queue_command(redis);
  redisReply *lease = next_reply(redis, 0);
  if (lease->element[0]->integer == 0) die("%s belongs to somebody else", shard->lease);
  snprintf(shard->epoch, sizeof shard->epoch, "%lld", lease->element[0]->integer);
  for (char *name = strtok(lease->element[6]->str, " "); name; name = strtok(NULL, " ")) {
    if (shard->topic_count == kMaxTopics) die("%s has too many topics", shard->lease);
    struct topic *topic = &shard->topics[shard->topic_count++];
    snprintf(topic->name, sizeof topic->name, "%s", name);
    snprintf(topic->stream, sizeof topic->stream, "%s:%s", shard->logs, name);
  }
  freeReplyObject(lease);
}

static void open_shard(redisContext *redis, struct shard *shard, const char *namespace, int number, const char *topics, int accounts) {
  char prefix[48];
  snprintf(prefix, sizeof prefix, "%s:{%d}", namespace, number);
  snprintf(shard->logs, sizeof shard->logs, "%s:log", prefix);
  snprintf(shard->lease, sizeof shard->lease, "%s:lease:%s", prefix, service);
  snprintf(shard->retry, sizeof shard->retry, "%s:retry:%s", prefix, service);
  snprintf(shard->dead, sizeof shard->dead, "%s:dead:%s", prefix, service);
  snprintf(shard->blocked, sizeof shard->blocked, "%s:blocked:%s", prefix, service);
  snprintf(shard->redrive, sizeof shard->redrive, "%s:redrive:%s", prefix, service);
  open_state(&shard->state, prefix, accounts);
  acquire(redis, shard, topics);
}

static void append_read(redisContext *redis, struct shard *shards, int count, const char *batch, int waits) {
  begin_command();
  const char *head[] = {"XREADGROUP", "GROUP", service, "plain-c", "COUNT", batch};
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) add(head[i]);
  if (waits) {
    add("BLOCK");
    add("1000");
  }
  add("STREAMS");
  int streams = 0;
  for (int i = 0; i < count; i++) {
    for (int j = 0; j < shards[i].topic_count; j++, streams++) add(shards[i].topics[j].stream);
  }
  for (; streams > 0; streams--) add(">");
  queue_command(redis);
}

int main(int count, char **arguments) {
  if (count != 8 && count != 9) die("usage: consume SOCKET NAMESPACE SHARDS SERVICE TOPICS BATCH SHAPE [ACCOUNTS]");
  redisContext *redis = connect_to(arguments[1]);
  const char *namespace = arguments[2], *batch = arguments[6];
  service = arguments[4];
  shape = arguments[7];
  if (strncmp(shape, "surge:", 6) == 0) surge_changes = atoi(shape + 6);
  int shard_count = atoi(arguments[3]);
  batch_size = atoi(batch);
  if (shard_count < 1 || shard_count > MAX_SHARDS || batch_size < 1) die("shards or batch out of range");

  reserve_words(512 + 2 * MAX_SHARDS * kMaxTopics + (60 + kMaxTopics) * batch_size);
  struct effects effects;
  reserve_effects(&effects, batch_size);
  struct shard *shards = calloc(shard_count, sizeof *shards);
  if (!shards) die("out of memory");
  char none[] = "", *accounts = count == 9 ? arguments[8] : none;
  for (int i = 0; i < shard_count; i++) {
    open_shard(redis, &shards[i], namespace, i, arguments[5], (int)strtol(accounts, &accounts, 10));
    if (*accounts == ',') accounts++;
  }

  int waits = 1, commits = 0;
  append_read(redis, shards, shard_count, batch, waits);
  for (;;) {
    for (; commits > 0; commits--) {
      redisReply *reply = next_reply(redis, 0);
      if (reply->elements < 1 || reply->element[0]->integer < 1) die("a commit acknowledged nothing");
      freeReplyObject(reply);
    }
    redisReply *streams = next_reply(redis, 0);
    size_t found = streams->type == REDIS_REPLY_ARRAY ? streams->elements : 0, next = 0;
    /* Before Redis 7.2, a read that has waited may show only the stream that woke it, and not what the same call added to others. */
    int is_partial = waits && found == 1;
    waits = 1;
    for (int i = 0; i < shard_count; i++) {
      struct shard *shard = &shards[i];
      const char *position;
      char cut[48] = "";
      /* The reply keeps the order of the shards and their topics. */
      for (int j = 0; j < shard->topic_count && next < found; j++) {
        const redisReply *stream = streams->element[next];
        if (strcmp(shard->topics[j].stream, stream->element[0]->str) != 0) continue;
        int is_cut = stream->element[1]->elements >= (size_t)batch_size;
        take(&shard->topics[j], stream->element[1]);
        const char *last = id_of(shard->topics[j].entries[shard->topics[j].count - 1]);
        if (is_cut && (!*cut || is_after(cut, last))) snprintf(cut, sizeof cut, "%s", last);
        next++;
      }
      if (!is_partial || shard->topic_count == 1) {
        for (; (position = choose(shard, *cut ? cut : NULL)); commits++) commit(redis, shard, position, &effects);
      }
      for (int j = 0; j < shard->topic_count; j++) waits = waits && shard->topics[j].count == 0;
    }
    append_read(redis, shards, shard_count, batch, waits);
    freeReplyObject(streams);
  }
}
