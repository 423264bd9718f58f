internal import CSystemCalls

/// Has the C library (glibc) manage memory as a worker needs it: a reply is allocated on a connection's thread and freed on another,
/// so all threads share two arenas; and replies follow each other, so what one leaves is kept for the next, up to 16 MB. A
/// program's `main` may call it, before anything else.
public func tuneAllocator() {
  rides_tune_allocator(2, 16 << 20)
}
