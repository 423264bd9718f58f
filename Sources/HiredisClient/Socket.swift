#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How bytes get to a server and back: plainly, or through TLS. The one place that knows the difference.
///
/// Sending and receiving block, no longer than the descriptor's timeouts allow. Whoever made the descriptor closes it.
struct Socket: ~Copyable {
  let descriptor: Int32
  private let session: TLSSession?

  /// - Parameter session: `nil` for plain bytes.
  init(_ descriptor: Int32, session: consuming TLSSession?) {
    self.descriptor = descriptor
    self.session = session
  }

  /// Whether the other side has closed the connection, or sent what nobody asked for, while no reply was due.
  ///
  /// Asking before a write costs one system call and saves the command: nothing was sent yet, so reconnecting is safe. With TLS as well: what
  /// follows a handshake unasked comes before the first reply, and a farewell after the last.
  var isStale: Bool {
    var byte: UInt8 = 0
    let received = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
    return received >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
  }

  /// Whether bytes have come that the descriptor does not show any more.
  var holdsBytes: Bool { session?.holds() == true }

  /// Sends some of the bytes, of which there is one at least.
  func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
    if let transfer = session?.send(bytes) { return transfer }
    return Self.plainly { systemSend(descriptor, bytes.baseAddress, bytes.count, 0) }
  }

  /// Waits for bytes.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    if let transfer = session?.receive(into: buffer) { return transfer }
    return Self.plainly { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
  }

  private static func plainly(_ call: () -> Int) -> Transfer {
    while true {
      let count = call()
      if count > 0 { return .bytes(count) }
      if count == 0 { return .ended }
      if errno != EINTR { return failure(errno) }
    }
  }

  /// What a system call's error means for an open connection.
  static func failure(_ systemError: Int32) -> Transfer {
    let code: RedisError.Code = systemError == EAGAIN || systemError == ETIMEDOUT ? .timeout : .connectionClosed
    return .failed(code, String(cString: strerror(systemError)))
  }
}

/// `send`, by another name than the method's.
private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
  send(descriptor, bytes, count, flags)
}
