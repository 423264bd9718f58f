import Crypto
import EventStreams
import Foundation

/// The cookies of browsers that have shown a token: whose token it was and until when it counts, signed with a key that this process alone has.
/// A session ends after twelve hours, with the process, and when its token is taken back.
struct Sessions: Sendable {
  static let cookie = "rides_session"
  static let length = Duration.seconds(12 * 3600)

  private let key = SymmetricKey(size: .bits256)

  /// The cookie's value for somebody who has shown a token.
  func value(for principal: Principal, at time: Timestamp = .now()) -> String? {
    guard let digest = principal.digest else { return nil }
    let end = (time + Self.length).microsecondsSinceEpoch / 1_000_000
    let payload = "\(Array(digest).hexadecimal).\(end)"
    let signature = HMAC<SHA256>.authenticationCode(for: Data(payload.utf8), using: key)
    return "\(payload).\(Array(signature).hexadecimal)"
  }

  /// Whose session a cookie's value is; nil if it is none, or none any more.
  func principal(of value: Substring, _ tokens: TokenFile, at time: Timestamp = .now()) -> Principal? {
    let parts = value.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let end = Int64(parts[1]), let digest = [UInt8](hexadecimal: parts[0]),
      let code = [UInt8](hexadecimal: parts[2])
    else { return nil }
    guard
      HMAC<SHA256>.isValidAuthenticationCode(
        code, authenticating: Data("\(parts[0]).\(parts[1])".utf8), using: key),
      time < Timestamp(secondsSinceEpoch: end)
    else { return nil }
    return tokens.principal(withDigest: digest, at: time)
  }
}
