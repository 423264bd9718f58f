internal import CHiredis

/// Lets all threads of the process allocate from two arenas, if its C library keeps one per thread (glibc): a reply is allocated on a
/// connection's thread and freed on another, and with an arena per thread what is free in one is of no use to the others. A
/// program's `main` may call it, before anything else.
public func shareMemoryArenas() {
  rides_share_memory_arenas(2)
}
