/* The command that is being made. */
#ifndef RIDES_BENCHMARK_COMMAND_H
#define RIDES_BENCHMARK_COMMAND_H

#include "client.h"

enum { kNumberSize = 24 };

static const char **words;
static size_t *lengths;
static int word_count, word_capacity;
/* Room for the numbers among the words. */
static char *numbers;
static int number_count;

/* Makes room for commands of so many words. */
static void reserve_words(int capacity) {
  word_capacity = capacity;
  words = malloc(capacity * sizeof *words);
  lengths = malloc(capacity * sizeof *lengths);
  numbers = malloc((size_t)capacity * kNumberSize);
  if (!words || !lengths || !numbers) die("out of memory");
}

static void begin_command(void) { word_count = number_count = 0; }

/* Bytes that stay where they are until the command is queued. */
static void add_bytes(const char *bytes, size_t length) {
  if (word_count == word_capacity) die("too many arguments");
  words[word_count] = bytes;
  lengths[word_count++] = length;
}

static void add(const char *text) { add_bytes(text, strlen(text)); }

static void add_number(long long number) {
  if (number_count == word_capacity) die("too many numbers");
  char *text = numbers + (size_t)number_count++ * kNumberSize;
  add_bytes(text, snprintf(text, kNumberSize, "%lld", number));
}

static void queue_command(redisContext *redis) {
  if (redisAppendCommandArgv(redis, word_count, words, lengths) != REDIS_OK) die("out of memory");
}

#endif
