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
/// The library connects and parses; bytes go through a ``Socket``. Whoever gets an error thrown drops the value: nothing
/// can be read after it.
struct Context: ~Copyable {
  private let raw: UnsafeMutablePointer<redisContext>
  private let socket: Socket
  /// Where it leads, for people.
  let endpoint: String
  private let responseTimeout: Duration
  /// Whether the server has answered that it is no master any more: what is sent next must look for one anew.
  private(set) var isSuperseded = false

  deinit {
    redisFree(raw)
  }

  private init(
    owning raw: UnsafeMutablePointer<redisContext>, _ socket: consuming Socket, endpoint: String,
    responseTimeout: Duration
  ) {
    self.raw = raw
    self.socket = socket
    self.endpoint = endpoint
    self.responseTimeout = responseTimeout
  }

  /// Connects to one of a URL's addresses, or to where a Sentinel says that the master is, and sets the socket's options.
  static func connect(
    to address: RedisURL.Address, of url: RedisURL, options: ConnectionOptions
  ) throws(RedisError) -> Context {
    let endpoint = url.place(address)
    let raw =
      switch address {
      case .tcp(let host, let port):
        redisConnectWithTimeout(host, Int32(clamping: port), timeval(options.connectTimeout))
      case .unix(let path):
        redisConnectUnixWithTimeout(path, timeval(options.connectTimeout))
      }
    let systemError = errno
    guard let raw else { throw RedisError(.outOfMemory, "no memory for a connection", endpoint: endpoint) }
    do throws(RedisError) {
      if raw.pointee.err != 0 { throw connectFailure(raw, systemError) }
      if redisSetTimeout(raw, timeval(options.responseTimeout)) != REDIS_OK { throw connectFailure(raw, errno) }
      if raw.pointee.connection_type == REDIS_CONN_TCP, let keepAlive = options.keepAlive {
        enableKeepAlive(raw.pointee.fd, every: keepAlive)
      }
      var session: TLSSession?
      if let tls = url.tls, case .tcp(let host, _) = address {
        session = try TLSSession.start(over: raw.pointee.fd, to: host, tls, patience: options.connectTimeout)
      }
      return Context(
        owning: raw, Socket(raw.pointee.fd, session: session), endpoint: endpoint,
        responseTimeout: options.responseTimeout)
    } catch {
      redisFree(raw)
      var error = error
      error.endpoint = endpoint
      throw error
    }
  }

  /// Whether it is of no use any more, as far as can be told while no reply is due.
  var isStale: Bool { isSuperseded || socket.isStale }

  /// Sends encoded commands, from where they are: the library would copy them first.
  func write(_ commands: borrowing Commands) throws(RedisError) {
    var sent = 0
    while sent < commands.byteCount {
      let transfer = commands.span.withUnsafeBytes { socket.send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
      sent += try count(of: transfer)
    }
  }

  /// Waits for a number of replies.
  mutating func read(_ count: Int) throws(RedisError) -> Replies {
    var replies = Replies(capacity: count, in: try ReplyMemory())
    try read(count, into: &replies)
    return replies
  }

  /// Waits for a number of replies, and adds them to others, of whichever server.
  mutating func read(_ count: Int, into replies: inout Replies) throws(RedisError) {
    // The library looks there only while it reads what is asked for here.
    rides_use_arena(raw, replies.arena)
    for _ in 0..<count {
      let reply = try next()
      if reply.pointee.type == REDIS_REPLY_ERROR, ReplyNode.says(reply, anyOf: Self.superseded) { isSuperseded = true }
      replies.append(reply)
    }
  }

  /// Waits for replies that nobody asked for, and takes in all that have come.
  mutating func readWhatComes() throws(RedisError) -> Replies {
    var replies = Replies(capacity: 1, in: try ReplyMemory())
    // To the end of one: of what is begun a part stands in the memory of these.
    repeat {
      try read(1, into: &replies)
    } while raw.pointee.reader.pointee.pos < raw.pointee.reader.pointee.len
      || socket.holdsBytes
    return replies
  }

  /// To be waited for together with others.
  var descriptor: Int32 { socket.descriptor }

  /// What a server's errors begin with that is no master any more, or about to be none.
  private static let superseded: [StaticString] = ["READONLY ", "MASTERDOWN ", "UNBLOCKED "]

  private func next() throws(RedisError) -> UnsafeMutablePointer<redisReply> {
    while true {
      var reply: UnsafeMutableRawPointer?
      guard redisReaderGetReply(raw.pointee.reader, &reply) == REDIS_OK else {
        let isMemory = raw.pointee.reader.pointee.err == REDIS_ERR_OOM
        throw failure(
          isMemory ? .outOfMemory : .protocolViolation, String(cString: rides_reader_error_text(raw.pointee.reader)))
      }
      if let reply { return reply.assumingMemoryBound(to: redisReply.self) }
      try fill()
    }
  }

  /// Waits for bytes and hands them to the library's parser.
  private func fill() throws(RedisError) {
    let (transfer, isTaken) = withUnsafeTemporaryAllocation(byteCount: Self.readSize, alignment: 16) {
      let transfer = socket.receive(into: $0)
      guard case .bytes(let count) = transfer else { return (transfer, true) }
      return (transfer, redisReaderFeed(raw.pointee.reader, $0.baseAddress, count) == REDIS_OK)
    }
    _ = try count(of: transfer)
    if !isTaken { throw failure(.outOfMemory, "no memory for a reply") }
  }

  /// How much is received at once. The library moves what it has not parsed yet to the front after each reply: more costs more.
  private static let readSize = 16_384

  private func count(of transfer: Transfer) throws(RedisError) -> Int {
    switch transfer {
    case .bytes(let count): return count
    case .ended: throw failure(.connectionClosed, "Server closed the connection")
    case .failed(let code, let text):
      throw failure(code, code == .timeout ? "no answer within \(responseTimeout)" : text)
    }
  }

  private func failure(_ code: RedisError.Code, _ text: String) -> RedisError {
    RedisError(code, text, endpoint: endpoint, mayHaveExecuted: true)
  }

  private static func enableKeepAlive(_ descriptor: Int32, every interval: Duration) {
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
      _ = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
  }

  /// Why the library could not connect.
  private static func connectFailure(_ raw: UnsafeMutablePointer<redisContext>, _ systemError: Int32) -> RedisError {
    let code: RedisError.Code =
      switch raw.pointee.err {
      case REDIS_ERR_IO: code(ofSystemError: systemError)
      case REDIS_ERR_OOM: .outOfMemory
      // REDIS_ERR_TIMEOUT, which 0.14 does not know.
      case 6: .timeout
      default: .unreachable
      }
    return RedisError(code, String(cString: rides_redis_error_text(raw)))
  }

  private static func code(ofSystemError error: Int32) -> RedisError.Code {
    switch error {
    case EAGAIN, EWOULDBLOCK, ETIMEDOUT, EINPROGRESS: .timeout
    case ECONNREFUSED, ENOENT: .connectionRefused
    default: .unreachable
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
