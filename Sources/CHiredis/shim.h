#pragma once

// pkg-config names the folder that holds hiredis.h; without pkg-config it is found below the standard include folders.
#if __has_include(<hiredis.h>)
#include <hiredis.h>
#else
#include <hiredis/hiredis.h>
#endif

/// The context's error text: Swift imports the array as a tuple of 128 elements.
static inline const char *rides_redis_error_text(const redisContext *context) { return context->errstr; }

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

#ifdef __GLIBC__
#include <malloc.h>
#endif

/// Lets all threads allocate from a few arenas, where the C library would make one for each.
static inline void rides_share_memory_arenas(int count) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, count);
#endif
}
