/* Measures how long consumers take for a whole log.
 *
 *   measure SOCKET NAMESPACE SHARDS SERVICES LOG [-p] COMMAND… [-- COMMAND…]…
 *
 * Puts the services, separated by commas, back to the beginning, as if they had never run: no groups, no leases, no state. Runs the
 * commands with their output in the file LOG, waits until the services' groups have nothing waiting and nothing pending of any topic
 * in any shard, and ends the commands with SIGTERM. With -p the last command publishes: it ends by itself, and only then can the
 * services be through. The time runs from the start of the commands, so that starting and taking the leases count for everybody.
 *
 * Prints, separated by blanks: events in the log, seconds, the commands' CPU seconds (user, system), CPU seconds of the server,
 * calls of XREADGROUP, calls of FCALL, bytes sent to the server, seconds until the first read, KiB that the largest of the
 * consumers took of memory, deliveries (each event once for each service that reads its topic), and then of each service, with
 * semicolons in between: the number of accounts that it has made in each shard, separated by commas; and the topics that it reads,
 * separated by commas.
 */
#define _GNU_SOURCE
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kMaxServices = 64, kMaxTopics = 32 };

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
    redisReply *topics = topics_of(redis, namespace, shard);
    for (size_t i = 0; i < topics->elements; i++) {
      freeReplyObject(call(redis, "XGROUP DESTROY %s:{%d}:log:%s %s", namespace, shard, topics->element[i]->str, service));
    }
    freeReplyObject(topics);
    freeReplyObject(call(redis, "DEL %s:{%d}:lease:%s", namespace, shard, service));
  }
  freeReplyObject(call(redis, "DEL %s:workers:%s", namespace, service));
  for_each_state_key(redis, service, remove_key, NULL);
}

/* Counts the accounts per shard: each has a balance. */
static void count_account(redisContext *redis, redisReply *key, void *context) {
  const char *tag = strchr(key->str, '{');
  int shard = tag ? atoi(tag + 1) : -1;
  if (shard < 0 || shard >= shards || !strstr(key->str, ":balances")) return;
  redisReply *count = call(redis, "HLEN %s", key->str);
  ((int *)context)[shard] += (int)count->integer;
  freeReplyObject(count);
}

static const redisReply *field(const redisReply *map, const char *name) {
  for (size_t i = 0; i + 1 < map->elements; i += 2) {
    if (strcmp(map->element[i]->str, name) == 0) return map->element[i + 1];
  }
  return NULL;
}

/* The service that a group belongs to; -1 if it is none of those that are measured. */
static int service_of(const redisReply *group) {
  for (int i = 0; i < service_count; i++) {
    if (strcmp(field(group, "name")->str, services[i]) == 0) return i;
  }
  return -1;
}

/* 1 if services have groups in a shard, with nothing waiting and nothing pending of any topic at one moment. */
static const char kIsThrough[] =
  "local prefix, through = ARGV[1], {}\n"
  "for _, topic in ipairs(redis.call('HKEYS', prefix .. ':topics')) do\n"
  "  for _, group in ipairs(topic ~= '*' and redis.call('XINFO', 'GROUPS', prefix .. ':log:' .. topic) or {}) do\n"
  "    local name, pending, lag = group[2], group[6], group[12]\n"
  "    through[name] = pending == 0 and lag == 0 and through[name] ~= false\n"
  "  end\n"
  "end\n"
  "for i = 2, #ARGV do\n"
  "  if not through[ARGV[i]] then return 0 end\n"
  "end\n"
  "return 1";

/* True if the services are through in every shard. Where they are, they stay so: what they publish stays in the shard. */
static int is_through(redisContext *redis) {
  static int shard = 0;
  for (; shard < shards; shard++) {
    char prefix[64];
    snprintf(prefix, sizeof prefix, "%s:{%d}", namespace, shard);
    begin_command();
    add("EVAL");
    add(kIsThrough);
    add("0");
    add(prefix);
    for (int i = 0; i < service_count; i++) add(services[i]);
    queue_command(redis);
    redisReply *reply = next_reply(redis, 0);
    int through = reply->integer == 1;
    freeReplyObject(reply);
    if (!through) return 0;
  }
  return 1;
}

/* What there is to read: the topics that services have groups on, by their names. */
struct reading {
  long long events, deliveries;
  int topic_count;
  char topics[kMaxTopics][64];
  int is_read[kMaxServices][kMaxTopics];
};

static int index_of(struct reading *reading, const char *topic) {
  for (int i = 0; i < reading->topic_count; i++) {
    if (strcmp(reading->topics[i], topic) == 0) return i;
  }
  if (reading->topic_count == kMaxTopics) die("too many topics");
  snprintf(reading->topics[reading->topic_count], sizeof *reading->topics, "%s", topic);
  return reading->topic_count++;
}

static void count_reading(redisContext *redis, struct reading *reading) {
  for (int shard = 0; shard < shards; shard++) {
    redisReply *topics = topics_of(redis, namespace, shard);
    for (size_t i = 0; i < topics->elements; i++) {
      const char *topic = topics->element[i]->str;
      int index = index_of(reading, topic);
      redisReply *length = call(redis, "XLEN %s:{%d}:log:%s", namespace, shard, topic);
      redisReply *groups = call(redis, "XINFO GROUPS %s:{%d}:log:%s", namespace, shard, topic);
      reading->events += length->integer;
      for (size_t j = 0; j < groups->elements; j++) {
        int service = service_of(groups->element[j]);
        if (service < 0) continue;
        reading->deliveries += length->integer;
        reading->is_read[service][index] = 1;
      }
      freeReplyObject(length);
      freeReplyObject(groups);
    }
    freeReplyObject(topics);
  }
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
  if (count < 7) die("usage: measure SOCKET NAMESPACE SHARDS SERVICES LOG [-p] COMMAND… [-- COMMAND…]…");
  redisContext *redis = connect_to(arguments[1]);
  namespace = arguments[2];
  shards = atoi(arguments[3]);
  if (shards < 1 || shards > MAX_SHARDS) die("shards: 1 to %d", MAX_SHARDS);
  for (char *name = strtok(arguments[4], ","); name; name = strtok(NULL, ",")) {
    if (service_count == kMaxServices) die("too many services");
    services[service_count++] = name;
  }
  reserve_words(8 + kMaxServices);
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

  struct reading reading = {0};
  count_reading(redis, &reading);
  printf("%lld %.4f %.4f %.4f %.4f %.0f %.0f %.0f %.4f %ld %lld ", reading.events, elapsed, user, system, cpu, reads, commits, sent,
         first_read, memory, reading.deliveries);
  for (int i = 0; i < service_count; i++) {
    int accounts[MAX_SHARDS] = {0};
    for_each_state_key(redis, services[i], count_account, accounts);
    for (int shard = 0; shard < shards; shard++) printf("%s%d", shard ? "," : i ? ";" : "", accounts[shard]);
  }
  for (int i = 0; i < service_count; i++) {
    const char *before = i ? ";" : " ";
    for (int topic = 0; topic < reading.topic_count; topic++) {
      if (!reading.is_read[i][topic]) continue;
      printf("%s%s", before, reading.topics[topic]);
      before = ",";
    }
  }
  printf("\n");
  redisFree(redis);
  return 0;
}
