internal import CHiredis

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Owns the C library's context of one open connection; freeing it closes the socket.
///
/// The library leaves a context unusable after any error, so whoever gets one thrown drops the value.
struct Context: ~Copyable {
  private let raw: UnsafeMutablePointer<redisContext>
  private let endpoint: String
  private let responseTimeout: Duration

  deinit {
    redisFree(raw)
  }

  private init(owning raw: UnsafeMutablePointer<redisContext>, endpoint: String, responseTimeout: Duration) {
    self.raw = raw
    self.endpoint = endpoint
    self.responseTimeout = responseTimeout
  }

  /// Connects and sets the socket's options.
  static func connect(to url: RedisURL, options: ConnectionOptions) throws(RedisError) -> Context {
    let raw =
      switch url.address {
      case .tcp(let host, let port):
        redisConnectWithTimeout(host, Int32(clamping: port), timeval(options.connectTimeout))
      case .unix(let path):
        redisConnectUnixWithTimeout(path, timeval(options.connectTimeout))
      }
    let systemError = errno
    guard let raw else { throw RedisError(.outOfMemory, "no memory for a connection", endpoint: url.description) }
    let context = Context(owning: raw, endpoint: url.description, responseTimeout: options.responseTimeout)
    try context.finishConnecting(systemError, keepAlive: options.keepAlive)
    return context
  }

  private func finishConnecting(_ systemError: Int32, keepAlive: Duration?) throws(RedisError) {
    if raw.pointee.err != 0 { throw failure(systemError, connecting: true) }
    if redisSetTimeout(raw, timeval(responseTimeout)) != REDIS_OK { throw failure(errno, connecting: true) }
    if raw.pointee.connection_type == REDIS_CONN_TCP, let keepAlive { enableKeepAlive(every: keepAlive) }
  }

  /// Whether the other side has closed the connection, or sent what nobody asked for, while no reply was due.
  ///
  /// Asking before a write costs one system call and saves the command: nothing was sent yet, so reconnecting is safe.
  var isStale: Bool {
    var byte: UInt8 = 0
    let received = recv(raw.pointee.fd, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
    return received >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
  }

  /// Sends encoded commands, from where they are: the library would copy them first.
  func write(_ commands: borrowing Commands) throws(RedisError) {
    var sent = 0
    while sent < commands.byteCount {
      let count = commands.span.withUnsafeBytes {
        send(raw.pointee.fd, $0.baseAddress.map { $0 + sent }, $0.count - sent, 0)
      }
      if count >= 0 {
        sent += count
      } else if errno != EINTR {
        let systemError = errno
        throw failure(
          Self.code(ofSystemError: systemError, connecting: false), String(cString: strerror(systemError)),
          mayHaveExecuted: true)
      }
    }
  }

  /// Waits for a number of replies.
  func read(_ count: Int) throws(RedisError) -> Replies {
    let memory = try ReplyMemory()
    // The library looks there only while it reads what is asked for here.
    rides_use_arena(raw, memory.arena)
    var replies = Replies(capacity: count, in: memory)
    for _ in 0..<count {
      var reply: UnsafeMutableRawPointer?
      guard redisGetReply(raw, &reply) == REDIS_OK, let reply else { throw failure(errno, connecting: false) }
      replies.append(reply.assumingMemoryBound(to: redisReply.self))
    }
    return replies
  }

  private func enableKeepAlive(every interval: Duration) {
    let seconds = Int32(clamping: max(1, interval.components.seconds))
    #if canImport(Darwin)
      let idle = TCP_KEEPALIVE
    #else
      let idle = TCP_KEEPIDLE
    #endif
    // A kernel that refuses one of these only finds a dead peer later; the response timeout still holds.
    for (level, option, value) in [
      (SOL_SOCKET, SO_KEEPALIVE, 1), (Int32(IPPROTO_TCP), idle, seconds),
      (Int32(IPPROTO_TCP), TCP_KEEPINTVL, max(1, seconds / 3)), (Int32(IPPROTO_TCP), TCP_KEEPCNT, 3),
    ] {
      var value = value
      _ = setsockopt(raw.pointee.fd, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
  }

  /// The context's error as a ``RedisError``.
  private func failure(_ systemError: Int32, connecting: Bool) -> RedisError {
    let code: RedisError.Code =
      switch raw.pointee.err {
      case REDIS_ERR_IO: Self.code(ofSystemError: systemError, connecting: connecting)
      case REDIS_ERR_EOF: .connectionClosed
      case REDIS_ERR_PROTOCOL: .protocolViolation
      case REDIS_ERR_OOM: .outOfMemory
      // REDIS_ERR_TIMEOUT, which 0.14 does not know.
      case 6: .timeout
      default: connecting ? .unreachable : .protocolViolation
      }
    return failure(code, String(cString: rides_redis_error_text(raw)), mayHaveExecuted: !connecting)
  }

  private func failure(_ code: RedisError.Code, _ text: String, mayHaveExecuted: Bool) -> RedisError {
    let message = code == .timeout && mayHaveExecuted ? "no answer within \(responseTimeout)" : text
    return RedisError(code, message, endpoint: endpoint, mayHaveExecuted: mayHaveExecuted)
  }

  private static func code(ofSystemError error: Int32, connecting: Bool) -> RedisError.Code {
    switch error {
    case EAGAIN, EWOULDBLOCK, ETIMEDOUT, EINPROGRESS: .timeout
    case ECONNREFUSED, ENOENT: .connectionRefused
    default: connecting ? .unreachable : .connectionClosed
    }
  }
}

extension timeval {
  /// A socket's timeout; at least a millisecond, because zero means never, and at most what the library accepts.
  fileprivate init(_ duration: Duration) {
    let clamped = min(max(duration, .milliseconds(1)), .seconds(1_000_000))
    let (seconds, attoseconds) = clamped.components
    self.init(tv_sec: .init(seconds), tv_usec: .init(attoseconds / 1_000_000_000_000))
  }
}
