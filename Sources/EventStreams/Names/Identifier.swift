/// Text that names something: an event, a key, a ride, a city, a service, a hash of a service's state.
///
/// Two are the same if their UTF-8 bytes are, as they are to Redis and SQLite. Swift's strings are the same if they look the same:
/// `é` as one character and as two, which to a server are two names. So what is looked up, compared or sorted by name goes by this.
public struct Identifier: Sendable, Hashable, Comparable, ExpressibleByStringInterpolation, CustomStringConvertible {
  /// The text.
  public let text: String

  /// The name that a text is.
  @inlinable
  public init(_ text: String) { self.text = text }

  /// The name that a text is.
  @inlinable
  public init(stringLiteral value: String) { text = value }

  /// The text.
  @inlinable
  public var description: String { text }

  /// True if the bytes are the same.
  @inlinable
  public static func == (a: Identifier, b: Identifier) -> Bool { a.text.hasSameBytes(as: b.text) }

  /// The order of the bytes.
  @inlinable
  public static func < (a: Identifier, b: Identifier) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }

  /// Hashes the bytes.
  @inlinable
  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    // As a string does it: so that names in a row differ from others that join to the same.
    hasher.combine(0xff as UInt8)
  }
}

extension String {
  /// True if the bytes of both are the same, which is more than that they look the same.
  public func hasSameBytes(as other: String) -> Bool {
    let (bytes, others) = (utf8.span.bytes, other.utf8.span.bytes)
    let count = bytes.byteCount
    guard count == others.byteCount else { return false }
    // There are `count` bytes in both. Eight at a time; the last eight may overlap those before.
    func differs(_ index: Int) -> Bool {
      bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
        != others.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
    }
    guard count >= 8 else {
      for index in 0..<count
      where bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
        != others.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
      {
        return false
      }
      return true
    }
    for index in stride(from: 0, to: count - 8, by: 8) where differs(index) { return false }
    return !differs(count - 8)
  }

  /// What comes after a beginning that it is known to have.
  package func droppingBytes(of prefix: String) -> String {
    String(decoding: utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
  }
}
