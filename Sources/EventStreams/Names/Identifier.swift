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
