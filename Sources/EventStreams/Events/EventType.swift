/// The name of what happened, in the past tense and upper case: `RIDE_COMPLETED`.
public struct EventType: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The name as it stands in an event's `type` field.
  public let rawValue: String

  /// Names a type of event.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Names a type of event.
  public init(stringLiteral value: String) { rawValue = value }

  /// What it says to people.
  public var description: String { rawValue }

  /// True if the names are the same, byte for byte.
  public static func == (a: EventType, b: EventType) -> Bool { a.rawValue.hasSameBytes(as: b.rawValue) }

  /// Hashes the name's bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(Identifier(rawValue)) }
}
