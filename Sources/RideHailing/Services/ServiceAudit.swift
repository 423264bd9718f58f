public import EventStreams
public import EventStreamsOperations

/// What only one service's audit looks at: it reckons from the events what must be stored, without the service's handlers.
public protocol ServiceAudit: Sendable {
  /// Reads what the service has stored in a shard, before the shard's history is read.
  init(shard: Int, state: ServiceState) async throws

  /// Takes in an event, in the order of the log.
  mutating func add(_ event: AuditedEvent) async throws

  /// What is not as it must be, once all of the shard's history has passed by.
  func findings(_ end: AuditedHistory) async throws -> [AuditFinding]

  /// Whether a field may be other than the service's handlers say.
  ///
  /// - Parameter isRepeated: whether an event about it stands in the log at an earlier place as well.
  func allows(_ hash: StateHash, expected: String?, found: String?, isRepeated: Bool) -> Bool
}

extension ServiceAudit {
  /// No field may.
  public func allows(_ hash: StateHash, expected: String?, found: String?, isRepeated: Bool) -> Bool { false }
}

/// An event that passes by an audit.
public struct AuditedEvent: Sendable {
  /// The event.
  public let event: RecordedEvent
  /// What its envelope says.
  public let header: EventHeader
  /// The ride that it is about, whatever key its producer gave it.
  public let ride: String?
  /// Whether the service has handled it.
  public let isDone: Bool
  /// What the service must have come to by now.
  public let image: StateImage
  /// The shard.
  public let shard: Int
}

/// The history of a shard that has passed by an audit.
public struct AuditedHistory: Sendable {
  /// False if there is no archive, and the log does not begin with the first event.
  public let isWhole: Bool
  /// Whether an event is on its way to the service, or what became of it is not known.
  public let hasOpenWork: Bool
  /// Whether what is kept of rides may have left, or not.
  public let isClosing: Bool
  /// What the service must have come to.
  public let image: StateImage
  /// The shard.
  public let shard: Int
}

/// Something that a service's own audit has found.
public struct AuditFinding: Sendable {
  let kind: Violation.Kind
  let ride: String?
  let key: String
  let expected: String?
  let found: String?

  /// A field that is not what it must be.
  ///
  /// - Parameter kind: missing, unknown or altered if not given.
  public init(_ kind: Violation.Kind? = nil, ride: String? = nil, key: String, expected: String?, found: String?) {
    self.kind = kind ?? .of(expected, found)
    self.ride = ride
    self.key = key
    self.expected = expected
    self.found = found
  }
}

/// There is nothing besides what the handlers come to.
public struct NoOwnAudit: ServiceAudit {
  /// Reads nothing.
  public init(shard: Int, state: ServiceState) {}
  /// Takes in nothing.
  public mutating func add(_ event: AuditedEvent) {}
  /// Nothing.
  public func findings(_ end: AuditedHistory) -> [AuditFinding] { [] }
}
