#pragma once

#include <stdint.h>
#include <stdlib.h>

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
