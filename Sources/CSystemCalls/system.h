#pragma once

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

/// Lets all threads allocate from a few arenas, where the C library would make one for each, and keeps so many free bytes for what is
/// allocated next, where it would give them back to the system and ask for them again.
static inline void rides_tune_allocator(int arenas, int kept_bytes) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, arenas);
  mallopt(M_TRIM_THRESHOLD, kept_bytes);
#endif
}
