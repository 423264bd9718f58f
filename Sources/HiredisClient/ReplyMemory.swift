internal import CHiredis

/// Owns the memory of replies: the C library puts their nodes and texts there one after the other, and all of it is freed at once.
struct ReplyMemory: ~Copyable {
  let arena: UnsafeMutablePointer<rides_arena>

  init() throws(RedisError) {
    guard let arena = rides_arena_create() else { throw RedisError(.outOfMemory, "no memory for a reply") }
    self.arena = arena
  }

  deinit {
    rides_arena_free(arena)
  }
}
