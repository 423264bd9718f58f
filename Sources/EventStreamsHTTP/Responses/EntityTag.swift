import Crypto
import EventStreams
import HTTPTypes
import Hummingbird

extension [UInt8] {
  /// What a body with these bytes is called (RFC 9110, 8.8.3): the same bytes have the same name, and no others.
  var entityTag: String {
    var hash = SHA256()
    withUnsafeBytes { hash.update(bufferPointer: $0) }
    return "\"\(Array(hash.finalize().prefix(12)).hexadecimal)\""
  }
}

extension Request {
  /// True if the client has the body of that name already, and wants no other.
  func knows(_ tag: String) -> Bool {
    headers[values: .ifNoneMatch].contains { text in
      text.split(separator: ",").contains { name in
        let name = name.drop { $0 == " " }
        return name == tag[...] || name == "*" || (name.hasPrefix("W/") && name.dropFirst(2) == tag[...])
      }
    }
  }
}
