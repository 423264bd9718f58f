import Foundation

/// An open file that is written to.
struct OutputDescriptor: Sendable {
  let number: Int32
  /// As people are told.
  let name: String

  static let standardOutput = OutputDescriptor(number: STDOUT_FILENO, name: "standard output")
  static let standardError = OutputDescriptor(number: STDERR_FILENO, name: "standard error")

  /// Something could not be written, or not completely.
  struct Problem: Error {
    let name: String
    let code: Int32

    /// True if nobody reads the pipe any more.
    var isClosedPipe: Bool { code == EPIPE }

    var failure: Failure { .unwritten("cannot write \(name): \(String(cString: strerror(code)))") }
  }

  /// Writes all of it.
  func write(_ bytes: some Collection<UInt8>) throws(Problem) {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(number, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        // Somebody else has made it non-blocking.
        var poll = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        _ = Foundation.poll(&poll, 1, -1)
        continue
      }
      guard count > 0 else { throw Problem(name: name, code: count < 0 ? errno : EIO) }
      rest = rest.dropFirst(count)
    }
  }
}
