#pragma once

#include <stdint.h>
#include <string.h>

#include "arena.h"

// pkg-config names the folder that holds hiredis.h; without pkg-config it is found below the standard include folders.
#if __has_include(<hiredis.h>)
#include <hiredis.h>
#else
#include <hiredis/hiredis.h>
#endif

/// The context's error text: Swift imports the array as a tuple of 128 elements.
static inline const char *rides_redis_error_text(const redisContext *context) { return context->errstr; }

/// The parser's error text, for the same reason.
static inline const char *rides_reader_error_text(const redisReader *reader) { return reader->errstr; }

/// An error as if a server had answered it; NULL if there is no memory.
static inline redisReply *rides_arena_error(rides_arena *arena, const unsigned char *text, size_t length) {
  redisReply *node = (redisReply *)rides_arena_take(arena, sizeof(redisReply) + length + 1);
  if (!node) return NULL;
  memset(node, 0, sizeof(redisReply));
  node->type = REDIS_REPLY_ERROR;
  node->str = (char *)(node + 1);
  node->len = length;
  if (length > 0) memcpy(node->str, text, length);
  node->str[length] = 0;
  return node;
}

/// A node of a reply with room for some bytes after it, where its parent looks for it; NULL if there is no memory.
static inline redisReply *rides_create_node(const redisReadTask *task, size_t room) {
  redisReply *node = (redisReply *)rides_arena_take((rides_arena *)task->privdata, sizeof(redisReply) + room);
  if (!node) return NULL;
  memset(node, 0, sizeof(redisReply));
  node->type = task->type;
  if (task->parent) ((redisReply *)task->parent->obj)->element[task->idx] = node;
  return node;
}

static void *rides_create_string(const redisReadTask *task, char *text, size_t length) {
  redisReply *node = rides_create_node(task, length + 1);
  if (!node) return NULL;
#if HIREDIS_MAJOR >= 1
  // It begins with its format.
  if (task->type == REDIS_REPLY_VERB) {
    memcpy(node->vtype, text, 3);
    text += 4;
    length -= 4;
  }
#endif
  node->str = (char *)(node + 1);
  node->len = length;
  memcpy(node->str, text, length);
  node->str[length] = 0;
  return node;
}

#if HIREDIS_MAJOR >= 1
typedef size_t rides_element_count;
#else
typedef int rides_element_count;
#endif

static void *rides_create_array(const redisReadTask *task, rides_element_count count) {
  if ((size_t)count > SIZE_MAX / 4 / sizeof(redisReply *)) return NULL;
  size_t room = (size_t)count * sizeof(redisReply *);
  redisReply *node = rides_create_node(task, room);
  if (!node) return NULL;
  node->elements = count;
  node->element = (redisReply **)(node + 1);
  memset(node->element, 0, room);
  return node;
}

static void *rides_create_integer(const redisReadTask *task, long long value) {
  redisReply *node = rides_create_node(task, 0);
  if (node) node->integer = value;
  return node;
}

static void *rides_create_nil(const redisReadTask *task) {
  redisReply *node = rides_create_node(task, 0);
  // What would have come there is a string or an array.
  if (node) node->type = REDIS_REPLY_NIL;
  return node;
}

#if HIREDIS_MAJOR >= 1
static void *rides_create_double(const redisReadTask *task, double value, char *text, size_t length) {
  redisReply *node = (redisReply *)rides_create_string(task, text, length);
  if (node) node->dval = value;
  return node;
}

static void *rides_create_boolean(const redisReadTask *task, int value) { return rides_create_integer(task, value != 0); }
#endif

/// The arena frees all.
static void rides_free_node(void *node) { (void)node; }

/// Has the replies of a connection put into an arena from now on, until it is given another.
static inline void rides_use_arena(redisContext *context, rides_arena *arena) {
  static redisReplyObjectFunctions functions = {
      .createString = rides_create_string,
      .createArray = rides_create_array,
      .createInteger = rides_create_integer,
      .createNil = rides_create_nil,
#if HIREDIS_MAJOR >= 1
      .createDouble = rides_create_double,
      .createBool = rides_create_boolean,
#endif
      .freeObject = rides_free_node,
  };
#if HIREDIS_MAJOR >= 1
  // The library would free what is pushed.
  redisSetPushCallback(context, NULL);
#endif
  context->reader->fn = &functions;
  context->reader->privdata = arena;
}
