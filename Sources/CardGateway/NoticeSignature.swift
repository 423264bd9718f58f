import Crypto
import Foundation
import SpanJSON

/// Whether a notice comes from the gateway: `t=1700000000,v1=<HMAC-SHA256 of "t.body">` (https://docs.stripe.com/webhooks#verify-manually).
public struct NoticeSignature: Sendable {
  /// Why a notice is not believed.
  public enum Problem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The header is not there or says nothing that could be checked.
    case unreadable
    /// Nobody who knows a secret has signed it.
    case forged
    /// It was signed too long ago.
    case expired

    /// What it says to people.
    public var description: String {
      switch self {
      case .unreadable: "the signature's header is missing or can't be read"
      case .forged: "the signature is none of the gateway's"
      case .expired: "the signature is too old"
      }
    }
  }

  /// How old a signature may be, in seconds.
  public static let standardTolerance = 300

  private let keys: [SymmetricKey]
  private let tolerance: Int

  /// - Parameters:
  ///   - secrets: any of which may have signed: two while one is replaced by another.
  ///   - tolerance: how old a signature may be, in seconds.
  public init(secrets: [String], tolerance: Int = Self.standardTolerance) {
    keys = secrets.filter { !$0.isEmpty }.map { SymmetricKey(data: Array($0.utf8)) }
    self.tolerance = tolerance
  }

  /// Throws unless a body was signed by one who knows a secret, not long ago.
  ///
  /// - Parameters:
  ///   - body: as it came: bytes that mean the same are other bytes.
  ///   - header: `Stripe-Signature`.
  ///   - now: in seconds since 1970.
  public func verify(_ body: [UInt8], header: String, now: Int) throws(Problem) {
    var time: String?
    var signatures: [[UInt8]] = []
    for item in header.utf8.prefix(4096).split(separator: UInt8(ascii: ",")).prefix(32) {
      guard let sign = item.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let (name, value) = (item[..<sign], item[item.index(after: sign)...])
      // Only this scheme is asked for: an older one would be weaker.
      if name.elementsEqual("v1".utf8), let signature = Self.bytes(hexadecimal: value) { signatures.append(signature) }
      if time == nil, name.elementsEqual("t".utf8) { time = String(value) }
    }
    guard let time, time.utf8.count <= 12, time.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let signed = Int(time),
      !signatures.isEmpty
    else { throw .unreadable }
    // All are looked at, whichever fits.
    var isGenuine = false
    for key in keys {
      var code = HMAC<SHA256>(key: key)
      code.update(data: Array("\(signed).".utf8))
      code.update(data: body)
      let expected = Array(code.finalize())
      for signature in signatures where Self.isSame(signature, as: expected) { isGenuine = true }
    }
    guard isGenuine else { throw .forged }
    guard now - signed <= tolerance else { throw .expired }
  }

  /// Takes as long wherever they differ.
  private static func isSame(_ signature: [UInt8], as expected: [UInt8]) -> Bool {
    guard signature.count == expected.count else { return false }
    var difference: UInt8 = 0
    for index in expected.indices { difference |= signature[index] ^ expected[index] }
    return difference == 0
  }

  /// In small letters only, as the gateway writes it.
  private static func bytes(hexadecimal text: Substring.UTF8View) -> [UInt8]? {
    guard text.count == 64 else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for byte in text {
      let digit: UInt8
      switch byte {
      case 48...57: digit = byte - 48
      case 97...102: digit = byte - 87
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return bytes
  }
}
