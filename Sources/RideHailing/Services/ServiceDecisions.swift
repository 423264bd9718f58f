public import EventStreams

/// What a service has decided, as its own events tell: what a gateway answered, by which rate a share was reckoned. History is handled once
/// more by it, and is not decided again.
public protocol ServiceDecisions: Sendable {
  /// What the service decides about one event.
  associatedtype Decision: Sendable

  /// Nothing is known yet.
  init()

  /// Takes in an event that the service has published.
  ///
  /// - Returns: other ids under which it counts as published: of an event from before it had its id of today.
  mutating func add(_ json: Span<UInt8>, _ header: EventHeader) throws(JSONError) -> [String]

  /// Takes in what others know.
  mutating func merge(_ more: Self)

  /// What was decided about an event that the service handles; nil if nobody knows, or there was nothing to decide.
  func decision(on event: RecordedEvent) -> Decision?
}

/// The service decides nothing that its state and its events don't tell.
public struct NoDecisions: ServiceDecisions {
  /// Nothing is known.
  public init() {}
  /// Nothing is taken in.
  public mutating func add(_ json: Span<UInt8>, _ header: EventHeader) throws(JSONError) -> [String] { [] }
  /// Nothing is taken in.
  public mutating func merge(_ more: NoDecisions) {}
  /// Nothing was.
  public func decision(on event: RecordedEvent) -> Never? { nil }
}

extension ServiceDecisions {
  /// Takes in what others of the same kind know.
  mutating func merge(any more: any ServiceDecisions) {
    if let more = more as? Self { merge(more) }
  }
}
