/* Measures how long a consumer takes for a whole log.
 *
 *   measure SOCKET TOPIC SHARDS SERVICE LOG COMMAND…
 *
 * Puts the service back to the beginning, as if it had never run: no groups, no leases, no state. Runs the command with its
 * output in the file LOG, waits until the service's groups have nothing waiting and nothing pending in any shard, and ends the
 * command with SIGTERM. The time runs from the start of the command, so that starting and taking the leases count for everybody.
 *
 * Prints, separated by blanks: events, seconds, the command's CPU seconds (user, system), CPU seconds of the server, calls of
 * XREADGROUP, calls of FCALL, bytes sent to the server, and the number of driver accounts that the service has made per shard,
 * separated by commas.
 */
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *topic, *service;
static int shards;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static double seconds(struct timeval time) { return time.tv_sec + time.tv_usec / 1e6; }

/* A number of INFO, found by the text before it. */
static double info_number(redisContext *redis, const char *section, const char *before) {
  redisReply *reply = call(redis, "INFO %s", section);
  const char *found = strstr(reply->str, before);
  double number = found ? atof(found + strlen(before)) : 0;
  freeReplyObject(reply);
  return number;
}

static double server_cpu(redisContext *redis) {
  return info_number(redis, "cpu", "used_cpu_user:") + info_number(redis, "cpu", "used_cpu_sys:");
}

/* Calls a function with each key that the service's state may have. */
static void for_each_state_key(redisContext *redis, void (*body)(redisContext *, redisReply *, void *), void *context) {
  char cursor[32] = "0";
  do {
    redisReply *reply = call(redis, "SCAN %s MATCH %s:{*}:%s:* COUNT 1000", cursor, topic, service);
    snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
    for (size_t i = 0; i < reply->element[1]->elements; i++) body(redis, reply->element[1]->element[i], context);
    freeReplyObject(reply);
  } while (strcmp(cursor, "0") != 0);
}

static void remove_key(redisContext *redis, redisReply *key, void *context) {
  (void)context;
  freeReplyObject(call(redis, "DEL %s", key->str));
}

static void reset(redisContext *redis) {
  for (int shard = 0; shard < shards; shard++) {
    redisAppendCommand(redis, "XGROUP DESTROY %s:{%d} %s", topic, shard, service);
    freeReplyObject(next_reply(redis, 1)); /* there may be no log yet */
    freeReplyObject(call(redis, "DEL %s:{%d}:lease:%s", topic, shard, service));
  }
  freeReplyObject(call(redis, "DEL %s:workers:%s", topic, service));
  for_each_state_key(redis, remove_key, NULL);
}

/* Counts the accounts of drivers per shard. */
static void count_account(redisContext *redis, redisReply *key, void *context) {
  (void)redis;
  const char *tag = strchr(key->str, '{');
  int shard = tag ? atoi(tag + 1) : -1;
  if (shard >= 0 && shard < shards && strstr(key->str, ":account:driver:")) ((int *)context)[shard]++;
}

static long long log_length(redisContext *redis) {
  long long length = 0;
  for (int shard = 0; shard < shards; shard++) {
    redisReply *reply = call(redis, "XLEN %s:{%d}", topic, shard);
    length += reply->integer;
    freeReplyObject(reply);
  }
  return length;
}

static const redisReply *field(const redisReply *map, const char *name) {
  for (size_t i = 0; i + 1 < map->elements; i += 2) {
    if (strcmp(map->element[i]->str, name) == 0) return map->element[i + 1];
  }
  return NULL;
}

/* True if the service has a group in every shard, with nothing waiting and nothing pending. */
static int is_through(redisContext *redis) {
  int through = 1;
  for (int shard = 0; shard < shards; shard++) redisAppendCommand(redis, "XINFO GROUPS %s:{%d}", topic, shard);
  for (int shard = 0; shard < shards; shard++) {
    redisReply *groups = next_reply(redis, 1);
    int found = 0;
    for (size_t i = 0; groups->type == REDIS_REPLY_ARRAY && i < groups->elements; i++) {
      const redisReply *group = groups->element[i];
      if (strcmp(field(group, "name")->str, service) != 0) continue;
      const redisReply *lag = field(group, "lag"), *pending = field(group, "pending");
      found = lag && lag->type == REDIS_REPLY_INTEGER && lag->integer == 0 && pending->integer == 0;
    }
    through = through && found;
    freeReplyObject(groups);
  }
  return through;
}

int main(int count, char **arguments) {
  if (count < 7) die("usage: measure SOCKET TOPIC SHARDS SERVICE LOG COMMAND…");
  redisContext *redis = connect_to(arguments[1]);
  topic = arguments[2];
  shards = atoi(arguments[3]);
  service = arguments[4];
  if (shards < 1 || shards > MAX_SHARDS) die("shards: 1 to %d", MAX_SHARDS);
  reset(redis);
  long long events = log_length(redis);
  freeReplyObject(call(redis, "CONFIG RESETSTAT"));
  double cpu = server_cpu(redis), start = now();

  pid_t child = fork();
  if (child < 0) die("fork: %s", strerror(errno));
  if (child == 0) {
    int log = open(arguments[5], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) die("%s: %s", arguments[5], strerror(errno));
    execvp(arguments[6], arguments + 6);
    die("%s: %s", arguments[6], strerror(errno));
  }
  while (!is_through(redis)) {
    if (waitpid(child, NULL, WNOHANG) == child) die("%s ended too early; see %s", arguments[6], arguments[5]);
    if (now() - start > 300) {
      kill(child, SIGKILL);
      die("%s is not through after 300 s", arguments[6]);
    }
    usleep(2000);
  }
  double elapsed = now() - start;
  cpu = server_cpu(redis) - cpu;
  double reads = info_number(redis, "commandstats", "cmdstat_xreadgroup:calls=");
  double commits = info_number(redis, "commandstats", "cmdstat_fcall:calls=");
  double sent = info_number(redis, "stats", "total_net_input_bytes:");
  struct rusage usage;
  int status;
  kill(child, SIGTERM);
  if (wait4(child, &status, 0, &usage) != child) die("wait4: %s", strerror(errno));

  int accounts[MAX_SHARDS] = {0};
  for_each_state_key(redis, count_account, accounts);
  printf("%lld %.4f %.4f %.4f %.4f %.0f %.0f %.0f ", events, elapsed, seconds(usage.ru_utime), seconds(usage.ru_stime), cpu,
         reads, commits, sent);
  for (int shard = 0; shard < shards; shard++) printf("%s%d", shard ? "," : "", accounts[shard]);
  printf("\n");
  redisFree(redis);
  return 0;
}
