/// An operator's word that a service is to leave events alone for a while: all of them, those of a type, or those of a key.
///
/// What is left alone stays pending, counts no attempt, and is handled in order when the pause is over.
public struct Pause: Sendable, Hashable, JSONReadable, JSONWritable {
  /// What is left alone.
  public enum Scope: Sendable, Hashable {
    /// Everything.
    case service
    /// Events of a type, with what follows them of their keys.
    case type(EventType)
    /// Events of a key, as the service orders them.
    case key(Identifier)
  }

  /// What is left alone.
  public let scope: Scope
  /// When it is over by itself; nil if it is not.
  public let until: Timestamp?
  /// Why, for people.
  public let reason: String
  /// When it was said.
  public let since: Timestamp

  /// A pause from now on.
  public init(_ scope: Scope, until: Timestamp? = nil, reason: String) {
    self.scope = scope
    self.until = until
    self.reason = reason
    since = .now()
  }

  /// The most bytes that a reason has.
  public static let longestReason = 1000

  /// Whether it is not over at a moment.
  public func isOn(at time: Timestamp) -> Bool { until.map { time < $0 } ?? true }

  /// What is left alone and why, for people.
  public var description: String {
    switch scope {
    case .service: reason
    case .type(let type): "type \(type): \(reason)"
    case .key(let key): "key \(key): \(reason)"
    }
  }

  // MARK: JSON

  /// Reads it as `write(to:)` writes it.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    if let type = try object.optional("type", as: String.self) {
      scope = .type(EventType(rawValue: type))
    } else if let key = try object.optional("key", as: String.self) {
      scope = .key(Identifier(key))
    } else {
      scope = .service
    }
    until = try object.optional("until")
    reason = try object["reason"]
    since = try object["since"]
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      switch scope {
      case .service: break
      case .type(let type): $0.field("type", type.rawValue)
      case .key(let key): $0.field("key", key.text)
      }
      $0.field("until", until)
      $0.field("reason", reason)
      $0.field("since", since)
    }
  }
}
