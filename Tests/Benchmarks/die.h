/* How the benchmark programs end when something is wrong. */
#ifndef RIDES_BENCHMARK_DIE_H
#define RIDES_BENCHMARK_DIE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

#endif
