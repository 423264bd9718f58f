/* Publishes events one by one at a fixed rate, and measures how long it takes from the call until what a worker makes of the event is
 * committed.
 *
 *   latency SOCKET NAMESPACE SHARDS SERVICE RATE EVENTS CITY
 *
 * The worker appends each ride's id to the stream `noted` of its state; whoever waits for that stream is told as soon as the commit has
 * been executed, so what is measured includes that. Prints the p50, p90, p99 and the largest, in microseconds.
 */
#include "client.h"

#include <pthread.h>
#include <stdint.h>
#include <time.h>

static int event_count, shards;
static int64_t *published, *taken;
static const char *socket_path, *namespace, *service;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* The shard of a city, as the library chooses it: FNV-1a. */
static int shard_of(const char *city) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (; *city; city++) hash = (hash ^ (uint8_t)*city) * 0x100000001b3u;
  return (int)(hash % (uint64_t)shards);
}

static void *watch(void *context) {
  const char *stream = context;
  redisContext *redis = connect_to(socket_path);
  char last[64] = "0";
  for (int seen = 0; seen < event_count;) {
    redisReply *reply = call(redis, "XREAD BLOCK 20000 STREAMS %s %s", stream, last);
    int64_t time = now();
    if (reply->type != REDIS_REPLY_ARRAY) die("nothing is committed any more; %d of %d events were", seen, event_count);
    const redisReply *entries = reply->element[0]->element[1];
    for (size_t i = 0; i < entries->elements; i++) {
      const redisReply *fields = entries->element[i]->element[1];
      /* Each record is a string in quotes: "lat-<number>". */
      for (size_t j = 1; j < fields->elements; j += 2, seen++) {
        int index = atoi(fields->element[j]->str + strlen("\"lat-"));
        if (index >= 0 && index < event_count) taken[index] = time - published[index];
      }
      snprintf(last, sizeof last, "%s", entries->element[i]->element[0]->str);
    }
    freeReplyObject(reply);
  }
  return NULL;
}

static int compare(const void *a, const void *b) {
  int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
  return (first > second) - (first < second);
}

int main(int count, char **arguments) {
  if (count != 8) die("usage: latency SOCKET NAMESPACE SHARDS SERVICE RATE EVENTS CITY");
  socket_path = arguments[1];
  namespace = arguments[2];
  shards = atoi(arguments[3]);
  service = arguments[4];
  int rate = atoi(arguments[5]);
  event_count = atoi(arguments[6]);
  if (shards < 1 || rate < 1 || event_count < 1) die("shards, rate or events out of range");
  published = calloc(event_count, sizeof *published);
  taken = calloc(event_count, sizeof *taken);
  if (!published || !taken) die("out of memory");
  int shard = shard_of(arguments[7]);
  char logs[64], seen[64], noted[128];
  snprintf(logs, sizeof logs, "%s:{%d}:log", namespace, shard);
  snprintf(seen, sizeof seen, "%s:{%d}:seen", namespace, shard);
  snprintf(noted, sizeof noted, "%s:{%d}:%s:noted", namespace, shard, service);

  redisContext *redis = connect_to(socket_path);
  pthread_t watcher;
  if (pthread_create(&watcher, NULL, watch, noted) != 0) die("cannot start a thread");
  int64_t begin = now();
  for (int i = 0; i < event_count; i++) {
    int64_t due = begin + (int64_t)i * 1000000000 / rate, left = due - now();
    if (left > 0) nanosleep(&(struct timespec){left / 1000000000, left % 1000000000}, NULL);
    published[i] = now();
    freeReplyObject(call(redis,
                         "FCALL eventstreams_publish_v6 2 %s %s 86400000 rides 1 RIDE_COMPLETED:lat-%d "
                         "{\"id\":\"RIDE_COMPLETED:lat-%d\",\"type\":\"RIDE_COMPLETED\",\"timestamp\":\"2026-04-03T10:30:00Z\","
                         "\"key\":\"lat-%d\",\"data\":{\"rideId\":\"lat-%d\",\"riderId\":\"rider-1\",\"driverId\":\"driver-1\",\"city\":\"%s\","
                         "\"fare\":{\"total\":1230,\"currency\":\"EUR\"},\"payment\":{\"method\":\"cash\"}}}",
                         logs, seen, i, i, i, i, arguments[7]));
  }
  pthread_join(watcher, NULL);
  qsort(taken, event_count, sizeof *taken, compare);
  printf("%lld %lld %lld %lld\n", (long long)taken[event_count / 2] / 1000, (long long)taken[event_count * 9 / 10] / 1000,
         (long long)taken[event_count * 99 / 100] / 1000, (long long)taken[event_count - 1] / 1000);
  return 0;
}
