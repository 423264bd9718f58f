/* Publishes the events of one namespace's logs to another's as fast as plain C can, in batches with two of them on their way.
 *
 *   publish SOCKET FROM TO SHARDS BATCH xadd|function
 *
 * Either with plain XADDs, or with one call of the publishing function per shard and batch. Prints events and seconds.
 */
#include "client.h"

#include <time.h>

struct event {
  const char *json, *id;
  size_t length, id_length;
};

struct log {
  struct event *events;
  size_t count, capacity, next;
  char name[64], seen[80];
};

static void load(redisContext *redis, struct log *log, const char *from, int shard) {
  char last[64] = "0";
  for (;;) {
    redisReply *page = call(redis, "XRANGE %s:{%d} (%s + COUNT 1000", from, shard, last);
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
      log->events[log->count++] = (struct event){copy, id, json->len, end ? (size_t)(end - id) : 0};
    }
    if (read > 0) snprintf(last, sizeof last, "%s", page->element[read - 1]->element[0]->str);
    freeReplyObject(page);
    if (read == 0) return;
  }
}

/* Queues up to so many of a shard's events; returns the number of replies to come. */
static int send_plain(redisContext *redis, struct log *log, size_t most) {
  const char *words[5] = {"XADD", log->name, "*", "event", NULL};
  size_t lengths[5] = {4, strlen(log->name), 1, 5, 0};
  int sent = 0;
  for (; most > 0 && log->next < log->count; most--, sent++) {
    words[4] = log->events[log->next].json;
    lengths[4] = log->events[log->next++].length;
    redisAppendCommandArgv(redis, 5, words, lengths);
  }
  return sent;
}

static int send_call(redisContext *redis, struct log *log, size_t most, const char **words, size_t *lengths) {
  if (log->next == log->count) return 0;
  const char *head[] = {"FCALL", "eventstreams_publish_v3", "2", log->name, log->seen, "86400000"};
  int at = 0;
  for (; at < 6; at++) {
    words[at] = head[at];
    lengths[at] = strlen(head[at]);
  }
  for (; most > 0 && log->next < log->count; most--) {
    const struct event *event = &log->events[log->next++];
    words[at] = event->id;
    lengths[at++] = event->id_length;
    words[at] = event->json;
    lengths[at++] = event->length;
  }
  redisAppendCommandArgv(redis, at, words, lengths);
  return 1;
}

int main(int count, char **arguments) {
  if (count != 7) die("usage: publish SOCKET FROM TO SHARDS BATCH xadd|function");
  redisContext *redis = connect_to(arguments[1]);
  int shards = atoi(arguments[4]), batch = atoi(arguments[5]), plain = strcmp(arguments[6], "xadd") == 0;
  if (shards < 1 || shards > MAX_SHARDS || batch < shards) die("shards or batch out of range");
  struct log *logs = calloc(shards, sizeof *logs);
  const char **words = malloc((6 + 2 * batch) * sizeof *words);
  size_t *lengths = malloc((6 + 2 * batch) * sizeof *lengths);
  if (!logs || !words || !lengths) die("out of memory");
  size_t total = 0;
  int filled = 0;
  for (int i = 0; i < shards; i++) {
    snprintf(logs[i].name, sizeof logs[i].name, "%s:{%d}", arguments[3], i);
    snprintf(logs[i].seen, sizeof logs[i].seen, "%s:seen", logs[i].name);
    load(redis, &logs[i], arguments[2], i);
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
      sent += plain ? send_plain(redis, &logs[i], share) : send_call(redis, &logs[i], share, words, lengths);
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
