/* What the benchmark programs need of a Redis client. */
#ifndef RIDES_BENCHMARK_CLIENT_H
#define RIDES_BENCHMARK_CLIENT_H

#include "die.h"

#include <hiredis/hiredis.h>
#include <string.h>

#define MAX_SHARDS 256

static redisContext *connect_to(const char *socket) {
  redisContext *redis = redisConnectUnix(socket);
  if (!redis || redis->err) die("cannot connect to %s: %s", socket, redis ? redis->errstr : "out of memory");
  return redis;
}

/* The next reply of a pipeline; errors of the server end the program, unless they are allowed. */
static redisReply *next_reply(redisContext *redis, int allow_errors) {
  void *reply = NULL;
  if (redisGetReply(redis, &reply) != REDIS_OK) die("lost the connection: %s", redis->errstr);
  redisReply *result = reply;
  if (result->type == REDIS_REPLY_ERROR && !allow_errors) die("Redis: %s", result->str);
  return result;
}

static redisReply *call(redisContext *redis, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  redisvAppendCommand(redis, format, arguments);
  va_end(arguments);
  return next_reply(redis, 0);
}

/* The names of the topics that a shard has. */
static inline redisReply *topics_of(redisContext *redis, const char *namespace, int shard) {
  redisReply *topics = call(redis, "HKEYS %s:{%d}:topics", namespace, shard);
  for (size_t i = 0; i < topics->elements; i++) {
    /* The field of the services that want all topics. */
    if (strcmp(topics->element[i]->str, "*") != 0) continue;
    freeReplyObject(topics->element[i]);
    topics->element[i] = topics->element[--topics->elements];
    break;
  }
  return topics;
}

#endif
