#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Wakes a thread that waits for descriptors: one that becomes readable when it is set, and stays so until it is cleared.
final class Interruption: Sendable {
  /// To be waited for.
  let descriptor: Int32
  private let writing: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    // Without descriptors nothing can be connected either, which is said there; until then waits end by time.
    _ = pipe(&ends)
    (descriptor, writing) = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
  }

  deinit {
    close(descriptor)
    close(writing)
  }

  func set() {
    var byte: UInt8 = 1
    // When it is full it is set.
    _ = write(writing, &byte, 1)
  }

  func clear() {
    var bytes: [UInt8] = Array(repeating: 0, count: 256)
    while read(descriptor, &bytes, bytes.count) == bytes.count {}
  }
}
