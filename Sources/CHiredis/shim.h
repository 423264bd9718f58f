#pragma once

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

#include <pthread.h>
#ifdef __linux__
// Declared by <pthread.h> only for GNU sources, which modules are not compiled as.
extern int pthread_setname_np(pthread_t thread, const char *name);
#endif

/// Names the calling thread.
static inline void rides_name_this_thread(const char *name) {
#ifdef __linux__
  pthread_setname_np(pthread_self(), name);
#else
  pthread_setname_np(name);
#endif
}

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <sys/syscall.h>
// Declared by <unistd.h> only for GNU sources, as above.
extern long syscall(long number, ...);
#endif

/// Asks the system to let the calling thread run in short slices: when it has something to do, it then takes the processor from
/// threads that compute. Linux knows this since 6.12; before, and elsewhere, nothing changes.
static inline void rides_run_in_short_slices(uint64_t nanoseconds) {
#if defined(__linux__) && defined(SYS_sched_getattr) && defined(SYS_sched_setattr)
  // What all versions of the system's `struct sched_attr` begin with.
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes;
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  // Of the usual policy.
  if (attributes.policy != 0) return;
  attributes.runtime = nanoseconds;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
#endif
}
#ifdef __GLIBC__
#include <malloc.h>
#endif

/// Memory of replies: their nodes and texts one after the other in a few blocks, which are freed together. The C library's own way
/// is ten allocations for one entry of a stream.
typedef struct rides_arena {
  struct rides_block {
    struct rides_block *next;
  } *blocks;
  char *free, *end;
  size_t block_size;
} rides_arena;

static inline rides_arena *rides_arena_create(void) { return (rides_arena *)calloc(1, sizeof(rides_arena)); }

static inline void rides_arena_free(rides_arena *arena) {
  struct rides_block *block = arena->blocks;
  while (block) {
    struct rides_block *next = block->next;
    free(block);
    block = next;
  }
  free(arena);
}

/// Memory aligned for pointers, not cleared; NULL if there is none.
static inline void *rides_arena_take(rides_arena *arena, size_t size) {
  if (size > SIZE_MAX / 2) return NULL;
  size = (size + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
  if ((size_t)(arena->end - arena->free) < size) {
    // A reply is small or large: blocks grow from one to the next.
    size_t length = arena->block_size == 0 ? 1024 : arena->block_size < 65536 ? arena->block_size * 4 : arena->block_size;
    arena->block_size = length;
    if (length < size + sizeof(struct rides_block)) length = size + sizeof(struct rides_block);
    struct rides_block *block = (struct rides_block *)malloc(length);
    if (!block) return NULL;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->free = (char *)(block + 1);
    arena->end = (char *)block + length;
  }
  void *taken = arena->free;
  arena->free += size;
  return taken;
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

/// Lets all threads allocate from a few arenas, where the C library would make one for each, and keeps so many free bytes for what is
/// allocated next, where it would give them back to the system and ask for them again.
static inline void rides_tune_allocator(int arenas, int kept_bytes) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, arenas);
  mallopt(M_TRIM_THRESHOLD, kept_bytes);
#endif
}
