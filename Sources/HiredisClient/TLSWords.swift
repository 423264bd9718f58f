internal import COpenSSL

/// Says what OpenSSL has to say so that one knows what to do.
struct TLSWords {
  private let settings: TLSSettings
  /// What the server's certificate must be for.
  let name: String

  init(_ settings: TLSSettings, name: String) {
    self.settings = settings
    self.name = name
  }

  /// The server hung up in the middle of the handshake.
  var ended: RedisError {
    RedisError(
      .connectionClosed,
      "the server ended the connection during the TLS handshake; if that is a port without TLS, use redis://")
  }

  /// The server said nothing for too long. A Redis without TLS waits for the end of what it takes for a line.
  func silence(_ patience: Duration) -> RedisError {
    RedisError(
      .timeout,
      "no TLS handshake within \(patience); a port without TLS is silent like that: if it is one, use redis://")
  }

  /// A file that can't be used.
  func unreadable(_ what: String, _ file: String) -> RedisError {
    let reason = Self.text(of: ERR_peek_last_error())
    return RedisError(.tls, "\(what) can't be read from \(file): \(reason)")
  }

  /// The last failure on this thread.
  ///
  /// - Parameter verification: what is wrong with the server's certificate.
  func failure(verification: Int = Int(X509_V_OK)) -> RedisError {
    if verification != X509_V_OK { return RedisError(.tls, refusal(of: verification)) }
    let error = ERR_peek_error()
    let text = Self.text(of: error)
    switch rides_tls_reason(error) {
    case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST:
      return RedisError(.tls, "it doesn't speak TLS there; if that is a port without TLS, use redis://")
    case let alert where settings.certificate == nil && Self.wanting.contains(alert):
      return RedisError(
        .tls, "it wants to see a certificate, or agrees to no cipher (\(text)); name one: rediss://…?cert=FILE&key=FILE"
      )
    case let alert where alert > Self.alerts && settings.certificate != nil:
      return RedisError(.tls, "it refuses the certificate that it was shown, \(settings.certificate ?? ""): \(text)")
    default:
      return RedisError(.tls, "TLS failed: \(text)")
    }
  }

  /// What a server says that was shown no certificate: by TLS 1.3 that it wants one, by 1.2 that nothing came of it.
  private static let wanting = [SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE]

  /// What a server says of this side is numbered from here (`SSL_AD_REASON_OFFSET`).
  private static let alerts: Int32 = 1000

  private func refusal(of verification: Int) -> String {
    let text = String(cString: X509_verify_cert_error_string(verification))
    switch Int32(verification) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return "its certificate has expired"
    case X509_V_ERR_CERT_NOT_YET_VALID: return "its certificate is not valid yet: does this machine's clock go right?"
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      return
        "its certificate is not for \(name); if it is the right server, say which name the certificate has: rediss://…?name=NAME"
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
      X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_SIGNATURE_FAILURE:
      let trusted = settings.authorities.map { "in \($0)" } ?? "that this system trusts; name it: rediss://…?ca=FILE"
      return "its certificate is from no authority \(trusted) (\(text))"
    default: return "its certificate is not accepted: \(text)"
    }
  }

  private static func text(of error: UInt) -> String {
    guard error != 0 else { return "no reason is known" }
    if let reason = ERR_reason_error_string(error) { return String(cString: reason) }
    var buffer = [CChar](repeating: 0, count: 256)
    ERR_error_string_n(error, &buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
