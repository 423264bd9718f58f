/* Measures how long consumers take for a whole log.
 *
 *   measure SOCKET TOPIC SHARDS SERVICES LOG [-p] COMMAND… [-- COMMAND…]…
 *
 * Puts the services, separated by commas, back to the beginning, as if they had never run: no groups, no leases, no state. Runs the
 * commands with their output in the file LOG, waits until the services' groups have nothing waiting and nothing pending in any
 * shard, and ends the commands with SIGTERM. With -p the last command publishes: it ends by itself, and only then can the
 * services be through. The time runs from the start of the commands, so that starting and taking the leases count for everybody.
 *
 * Prints, separated by blanks: events in the log, seconds, the commands' CPU seconds (user, system), CPU seconds of the server,
 * calls of XREADGROUP, calls of FCALL, bytes sent to the server, seconds until the first read, KiB that the largest of the
 * consumers took of memory, and the number of accounts of each service that it has made per shard, separated by commas; those of
 * several services by semicolons.
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

enum { kMaxServices = 64 };

static const char *namespace;
static char *services[kMaxServices];
static int shards, service_count;

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

/* Calls a function with each key that a service's state may have. */
static void for_each_state_key(redisContext *redis, const char *service, void (*body)(redisContext *, redisReply *, void *),
                               void *context) {
  char cursor[32] = "0";
  do {
    redisReply *reply = call(redis, "SCAN %s MATCH %s:{*}:%s:* COUNT 1000", cursor, namespace, service);
    snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
    for (size_t i = 0; i < reply->element[1]->elements; i++) body(redis, reply->element[1]->element[i], context);
    freeReplyObject(reply);
  } while (strcmp(cursor, "0") != 0);
}

static void remove_key(redisContext *redis, redisReply *key, void *context) {
  (void)context;
  freeReplyObject(call(redis, "DEL %s", key->str));
}

static void reset(redisContext *redis, const char *service) {
  for (int shard = 0; shard < shards; shard++) {
    redisAppendCommand(redis, "XGROUP DESTROY %s:{%d} %s", namespace, shard, service);
    freeReplyObject(next_reply(redis, 1)); /* there may be no log yet */
    freeReplyObject(call(redis, "DEL %s:{%d}:lease:%s", namespace, shard, service));
  }
  freeReplyObject(call(redis, "DEL %s:workers:%s", namespace, service));
  for_each_state_key(redis, service, remove_key, NULL);
}

/* Counts the accounts per shard. */
static void count_account(redisContext *redis, redisReply *key, void *context) {
  (void)redis;
  const char *tag = strchr(key->str, '{');
  int shard = tag ? atoi(tag + 1) : -1;
  if (shard >= 0 && shard < shards && strstr(key->str, ":account:")) ((int *)context)[shard]++;
}

static long long log_length(redisContext *redis) {
  long long length = 0;
  for (int shard = 0; shard < shards; shard++) {
    redisReply *reply = call(redis, "XLEN %s:{%d}", namespace, shard);
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

static int is_measured(const char *group) {
  for (int i = 0; i < service_count; i++) {
    if (strcmp(group, services[i]) == 0) return 1;
  }
  return 0;
}

/* True if the services have a group in every shard, with nothing waiting and nothing pending. */
static int is_through(redisContext *redis) {
  int through = 1;
  for (int shard = 0; shard < shards; shard++) redisAppendCommand(redis, "XINFO GROUPS %s:{%d}", namespace, shard);
  for (int shard = 0; shard < shards; shard++) {
    redisReply *groups = next_reply(redis, 1);
    int done = 0;
    for (size_t i = 0; groups->type == REDIS_REPLY_ARRAY && i < groups->elements; i++) {
      const redisReply *group = groups->element[i];
      if (!is_measured(field(group, "name")->str)) continue;
      const redisReply *lag = field(group, "lag"), *pending = field(group, "pending");
      done += lag && lag->type == REDIS_REPLY_INTEGER && lag->integer == 0 && pending->integer == 0;
    }
    through = through && done == service_count;
    freeReplyObject(groups);
  }
  return through;
}

static pid_t start(char **command, const char *log) {
  pid_t child = fork();
  if (child < 0) die("fork: %s", strerror(errno));
  if (child > 0) return child;
  int file = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (file < 0 || dup2(file, 1) < 0 || dup2(file, 2) < 0) die("%s: %s", log, strerror(errno));
  execvp(command[0], command);
  die("%s: %s", command[0], strerror(errno));
  return 0;
}

int main(int count, char **arguments) {
  if (count < 7) die("usage: measure SOCKET TOPIC SHARDS SERVICES LOG [-p] COMMAND… [-- COMMAND…]…");
  redisContext *redis = connect_to(arguments[1]);
  namespace = arguments[2];
  shards = atoi(arguments[3]);
  if (shards < 1 || shards > MAX_SHARDS) die("shards: 1 to %d", MAX_SHARDS);
  for (char *name = strtok(arguments[4], ","); name; name = strtok(NULL, ",")) {
    if (service_count == kMaxServices) die("too many services");
    services[service_count++] = name;
  }
  const char *log = arguments[5];
  unlink(log);
  int at = 6, publishes = strcmp(arguments[6], "-p") == 0;
  at += publishes;
  for (int i = 0; i < service_count; i++) reset(redis, services[i]);
  freeReplyObject(call(redis, "CONFIG RESETSTAT"));
  double cpu = server_cpu(redis), begin = now();

  pid_t children[kMaxServices];
  int child_count = 0;
  while (at < count) {
    if (child_count == kMaxServices) die("too many commands");
    char **command = arguments + at;
    while (at < count && strcmp(arguments[at], "--") != 0) at++;
    arguments[at++] = NULL; /* there is one after the last as well */
    children[child_count++] = start(command, log);
  }
  struct rusage usage;
  double user = 0, system = 0, first_read = 0;
  long memory = 0;
  int running = child_count;
  while (publishes && running == child_count ? 1 : !is_through(redis)) {
    int status;
    pid_t ended = wait4(-1, &status, WNOHANG, &usage);
    if (ended > 0) {
      if (!publishes || ended != children[child_count - 1] || status != 0) die("a command ended too early; see %s", log);
      running--;
      user += seconds(usage.ru_utime);
      system += seconds(usage.ru_stime);
    }
    if (now() - begin > 300) {
      for (int i = 0; i < child_count; i++) kill(children[i], SIGKILL);
      die("the commands are not through after 300 s");
    }
    if (first_read == 0) {
      /* Before the services read, looking costs nobody anything. */
      if (info_number(redis, "commandstats", "cmdstat_xreadgroup:calls=") > 0) first_read = now() - begin;
      usleep(500);
      continue;
    }
    usleep(now() - begin > 0.5 ? 5000 : 1000);
  }
  double elapsed = now() - begin;
  cpu = server_cpu(redis) - cpu;
  double reads = info_number(redis, "commandstats", "cmdstat_xreadgroup:calls=");
  double commits = info_number(redis, "commandstats", "cmdstat_fcall:calls=");
  double sent = info_number(redis, "stats", "total_net_input_bytes:");
  for (int i = 0; i < running; i++) kill(children[i], SIGTERM);
  for (int i = 0; i < running; i++) {
    int status;
    if (wait4(children[i], &status, 0, &usage) != children[i]) die("wait4: %s", strerror(errno));
    user += seconds(usage.ru_utime);
    system += seconds(usage.ru_stime);
    if (usage.ru_maxrss > memory) memory = usage.ru_maxrss;
  }

  printf("%lld %.4f %.4f %.4f %.4f %.0f %.0f %.0f %.4f %ld ", log_length(redis), elapsed, user, system, cpu, reads, commits, sent,
         first_read, memory);
  for (int i = 0; i < service_count; i++) {
    int accounts[MAX_SHARDS] = {0};
    for_each_state_key(redis, services[i], count_account, accounts);
    for (int shard = 0; shard < shards; shard++) printf("%s%d", shard ? "," : i ? ";" : "", accounts[shard]);
  }
  printf("\n");
  redisFree(redis);
  return 0;
}
