import Crypto
import Foundation

/// The digest of a token as a token file has it.
enum TokenDigest {
  static func of(_ token: String) -> String? {
    SHA256.hash(data: Data(token.utf8)).map { String(format: "%02x", $0) }.joined()
  }
}
