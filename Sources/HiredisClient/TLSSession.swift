internal import COpenSSL

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// TLS over a socket that is connected: OpenSSL's session, which works with each version of hiredis, because that only parses.
struct TLSSession: ~Copyable {
  private let raw: OpaquePointer
  /// What failures are told with.
  private let words: TLSWords

  deinit {
    SSL_free(raw)
  }

  /// Agrees on keys with a server, and verifies who it is.
  ///
  /// - Parameters:
  ///   - descriptor: a connected socket.
  ///   - host: a name or an address, which the server's certificate must be for unless the settings name another.
  ///   - settings: files and names.
  ///   - patience: how long the server may take in all.
  static func start(
    over descriptor: Int32, to host: String, _ settings: TLSSettings, patience: Duration
  ) throws(RedisError) -> TLSSession {
    let words = TLSWords(settings, name: settings.name ?? host)
    let session = TLSSession(owning: try Self.session(settings, words), words)
    guard SSL_set_fd(session.raw, descriptor) == 1, expect(words.name, of: session.raw) else { throw words.failure() }
    try session.agree(over: descriptor, patience: patience)
    return session
  }

  private init(owning raw: OpaquePointer, _ words: TLSWords) {
    self.raw = raw
    self.words = words
  }

  private static func session(_ settings: TLSSettings, _ words: TLSWords) throws(RedisError) -> OpaquePointer {
    ERR_clear_error()
    guard let context = SSL_CTX_new(TLS_client_method()) else { throw words.failure() }
    defer { SSL_CTX_free(context) }
    SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    // One system call for all that has come, in place of two for each record.
    SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, nil)
    SSL_CTX_set_default_read_buffer_len(context, 65_536)
    rides_tls_accept_plain_end(context)
    if let authorities = settings.authorities {
      guard SSL_CTX_load_verify_locations(context, authorities, nil) == 1 else {
        throw words.unreadable("the authorities (ca)", authorities)
      }
    } else if SSL_CTX_set_default_verify_paths(context) != 1 {
      throw words.failure()
    }
    if let certificate = settings.certificate {
      guard SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
        throw words.unreadable("the certificate (cert)", certificate)
      }
      // Nobody is there who could be asked for a password.
      SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in 0 }
      let key = settings.key ?? certificate
      guard SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 else {
        throw words.unreadable("the certificate's key (key)", key)
      }
    }
    guard let session = SSL_new(context) else { throw words.failure() }
    rides_tls_check_strictly(session)
    return session
  }

  /// Has the certificate be for a name or an address, and tells a server of many names which is meant.
  private static func expect(_ name: String, of session: OpaquePointer) -> Bool {
    if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name) == 1 { return true }
    ERR_clear_error()
    guard SSL_set1_host(session, name) == 1 else { return false }
    return name.withCString {
      SSL_ctrl(
        session, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), UnsafeMutableRawPointer(mutating: $0))
        == 1
    }
  }

  /// The handshake, of which the whole has a deadline: a server can't draw it out byte by byte.
  private func agree(over descriptor: Int32, patience: Duration) throws(RedisError) {
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    defer { _ = fcntl(descriptor, F_SETFL, flags) }
    let deadline = ContinuousClock.now + patience
    while true {
      ERR_clear_error()
      let result = SSL_connect(raw)
      if result == 1 { return }
      let systemError = errno
      let events: Int32
      switch SSL_get_error(raw, result) {
      case SSL_ERROR_WANT_READ: events = POLLIN
      case SSL_ERROR_WANT_WRITE: events = POLLOUT
      case SSL_ERROR_ZERO_RETURN: throw words.ended
      case SSL_ERROR_SYSCALL:
        throw systemError == 0
          ? words.ended : RedisError(.connectionClosed, String(cString: strerror(systemError)))
      default: throw words.failure(verification: SSL_get_verify_result(raw))
      }
      let remaining = (deadline - .now) / .milliseconds(1)
      guard remaining > 0 else { throw words.silence(patience) }
      var waiting = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      poll(&waiting, 1, Int32(remaining.rounded(.up)))
    }
  }

  /// Sends the bytes, of which there is one at least.
  func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
    ERR_clear_error()
    let count = SSL_write(raw, bytes.baseAddress, Int32(clamping: bytes.count))
    if count > 0 { return .bytes(Int(count)) }
    let failure = failure(count)
    // A server that doesn't accept this side's certificate says so, and hangs up.
    var byte: UInt8 = 0
    if case .failed(.connectionClosed, _) = failure, case let said = SSL_peek(raw, &byte, 1), said <= 0,
      case .failed(.tls, let reason) = self.failure(said)
    {
      return .failed(.tls, reason)
    }
    return failure
  }

  /// Waits for bytes.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    ERR_clear_error()
    let count = SSL_read(raw, buffer.baseAddress, Int32(clamping: buffer.count))
    return count > 0 ? .bytes(Int(count)) : failure(count)
  }

  /// Whether it has received more than it has given out.
  func holds() -> Bool { SSL_has_pending(raw) == 1 }

  private func failure(_ result: Int32) -> Transfer {
    let systemError = errno
    switch SSL_get_error(raw, result) {
    case SSL_ERROR_ZERO_RETURN: return .ended
    // The descriptor's timeout has passed.
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return Socket.failure(EAGAIN)
    case SSL_ERROR_SYSCALL: return systemError == 0 ? .ended : Socket.failure(systemError)
    default:
      let failure = words.failure()
      return .failed(failure.code, failure.message)
    }
  }
}
