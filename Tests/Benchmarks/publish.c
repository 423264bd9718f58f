/* Publishes the events of one namespace's logs to another's as fast as plain C can, in batches with two of them on their way.
 *
 *   publish SOCKET FROM TO SHARDS BATCH xadd|function
 *
 * In the order of each shard's log, an event into the topic that it comes from: either with plain XADDs, or with one call of the
 * publishing function per shard and batch. Prints events and seconds.
 */
#include "command.h"

#include <time.h>

struct topic {
  char name[64], stream[192];
};

struct event {
  const char *json, *id;
  size_t length, id_length;
  const struct topic *topic;
  /* Its place in the log that it comes from. */
  unsigned long long ms, sequence;
};

struct log {
  struct event *events;
  size_t count, capacity, next;
  char prefix[80], seen[80];
};

/* Loads the events of one topic. */
static void load_topic(redisContext *redis, struct log *log, const char *from, int shard, const struct topic *topic) {
  char last[64] = "0";
  for (;;) {
    redisReply *page = call(redis, "XRANGE %s:{%d}:log:%s (%s + COUNT 1000", from, shard, topic->name, last);
    size_t read = page->elements;
    for (size_t i = 0; i < read; i++) {
      const redisReply *json = page->element[i]->element[1]->element[1];
      if (log->count == log->capacity) {
        log->capacity = log->capacity ? log->capacity * 2 : 1024;
        log->events = realloc(log->events, log->capacity * sizeof *log->events);
        if (!log->events) die("out of memory");
      }
      char *copy = malloc(json->len + 1);
      if (!copy) die("out of memory");
      memcpy(copy, json->str, json->len + 1);
      /* An event begins with its id. */
      const char *id = copy + strlen("{\"id\":\""), *end = strchr(id, '"');
      struct event event = {copy, id, json->len, end ? (size_t)(end - id) : 0, topic, 0, 0};
      sscanf(page->element[i]->element[0]->str, "%llu-%llu", &event.ms, &event.sequence);
      log->events[log->count++] = event;
    }
    if (read > 0) snprintf(last, sizeof last, "%s", page->element[read - 1]->element[0]->str);
    freeReplyObject(page);
    if (read == 0) return;
  }
}

static int compare(const void *a, const void *b) {
  const struct event *first = a, *second = b;
  if (first->ms != second->ms) return first->ms < second->ms ? -1 : 1;
  return (first->sequence > second->sequence) - (first->sequence < second->sequence);
}

/* Loads a shard's log: its topics, merged. */
static void load(redisContext *redis, struct log *log, const char *from, const char *to, int shard) {
  redisReply *names = topics_of(redis, from, shard);
  struct topic *topics = calloc(names->elements + 1, sizeof *topics);
  if (!topics) die("out of memory");
  for (size_t i = 0; i < names->elements; i++) {
    snprintf(topics[i].name, sizeof topics[i].name, "%s", names->element[i]->str);
    snprintf(topics[i].stream, sizeof topics[i].stream, "%s:{%d}:log:%s", to, shard, topics[i].name);
    load_topic(redis, log, from, shard, &topics[i]);
  }
  freeReplyObject(names);
  if (log->count > 0) qsort(log->events, log->count, sizeof *log->events, compare);
}

/* Queues up to so many of a shard's events; returns the number of replies to come. */
static int send_plain(redisContext *redis, struct log *log, size_t most) {
  int sent = 0;
  for (; most > 0 && log->next < log->count; most--, sent++) {
    const struct event *event = &log->events[log->next++];
    begin_command();
    add("XADD");
    add(event->topic->stream);
    add("*");
    add("event");
    add_bytes(event->json, event->length);
    queue_command(redis);
  }
  return sent;
}

static int send_call(redisContext *redis, struct log *log, size_t most) {
  if (log->next == log->count) return 0;
  const char *head[] = {"FCALL", "eventstreams_publish_v6", "2", log->prefix, log->seen, "86400000"};
  begin_command();
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) add(head[i]);
  size_t end = log->next + most < log->count ? log->next + most : log->count;
  while (log->next < end) {
    /* Events of one topic that follow one another. */
    const struct topic *topic = log->events[log->next].topic;
    size_t through = log->next + 1;
    while (through < end && log->events[through].topic == topic) through++;
    add(topic->name);
    add_number((long long)(through - log->next));
    for (; log->next < through; log->next++) {
      const struct event *event = &log->events[log->next];
      add_bytes(event->id, event->id_length);
      add_bytes(event->json, event->length);
    }
  }
  queue_command(redis);
  return 1;
}

int main(int count, char **arguments) {
  if (count != 7) die("usage: publish SOCKET FROM TO SHARDS BATCH xadd|function");
  redisContext *redis = connect_to(arguments[1]);
  int shards = atoi(arguments[4]), batch = atoi(arguments[5]), plain = strcmp(arguments[6], "xadd") == 0;
  if (shards < 1 || shards > MAX_SHARDS || batch < shards) die("shards or batch out of range");
  struct log *logs = calloc(shards, sizeof *logs);
  if (!logs) die("out of memory");
  reserve_words(6 + 4 * batch);
  size_t total = 0;
  int filled = 0;
  for (int i = 0; i < shards; i++) {
    snprintf(logs[i].prefix, sizeof logs[i].prefix, "%s:{%d}:log", arguments[3], i);
    snprintf(logs[i].seen, sizeof logs[i].seen, "%s:{%d}:seen", arguments[3], i);
    load(redis, &logs[i], arguments[2], arguments[3], i);
    total += logs[i].count;
    filled += logs[i].count > 0;
  }
  if (total == 0) die("there is nothing to publish");

  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  size_t share = batch / filled;
  int due[2] = {0, 0}, done = 0; /* replies of the batch before and of this one */
  while (!done || due[0] > 0 || due[1] > 0) {
    int sent = 0;
    for (int i = 0; i < shards; i++) {
      sent += plain ? send_plain(redis, &logs[i], share) : send_call(redis, &logs[i], share);
    }
    done = sent == 0;
    for (int written = 0; !written;) {
      if (redisBufferWrite(redis, &written) != REDIS_OK) die("lost the connection: %s", redis->errstr);
    }
    for (; due[0] > 0; due[0]--) freeReplyObject(next_reply(redis, 0));
    due[0] = due[1];
    due[1] = sent;
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%zu %.4f\n", total, end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9);
  return 0;
}
