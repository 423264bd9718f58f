public import EventStreams

/// Builds a service's state anew from its history, beside the live one, and lets it take its place.
///
/// ```swift
/// let fold = StateFold(service, shard: 3)
/// for event in events {
///   if let effects = try await fold.effects(of: event) { fold.apply(effects, of: event) { published.contains($0) } }
/// }
/// ```
public struct StateFold: Sendable {
  /// The state so far.
  public let image: StateImage
  /// The shard.
  public let shard: Int
  private let service: EventService
  private let handle: OwnedShard

  /// A fold that has seen nothing yet.
  ///
  /// - Parameters:
  ///   - service: with handlers that have no effect outside.
  ///   - shard: 0 ..< shard count
  ///   - keepsRecords: whether to keep what they append to a stream.
  public init(
    _ service: EventService, shard: Int, keepsRecords: @escaping @Sendable (_ stream: String) -> Bool = { _ in true }
  ) {
    image = StateImage(keepsRecords: keepsRecords)
    self.service = service
    self.shard = shard
    handle = OwnedShard(number: shard, epoch: 0, reader: image)
  }

  /// Whether the service has a handler for events of this type.
  public func wants(_ type: EventType) -> Bool { service.handles(type) }

  /// The effects that an event has on the state as it is; nil if the service does not want it, or can't read it.
  ///
  /// - Throws: a `NewerEvent` if a newer version of the service may read it: a state without it would not be the service's.
  public func effects(of event: RecordedEvent) async throws -> Effects? {
    guard let header = event.header, let version = service.version(of: header.type) else { return nil }
    guard header.version <= version else { throw NewerEvent(header, known: version) }
    do {
      return try await service.effects(of: event.json, entryID: event.entryID, shard: handle)
    } catch is JSONError {
      // It is in the dead letters.
      return nil
    } catch is Unprocessable {
      return nil
    }
  }

  /// Applies effects of an event.
  ///
  /// - Parameters:
  ///   - effects: what `effects(of:)` said.
  ///   - event: the event that they are of.
  ///   - isPublished: whether an event is known to have been published.
  public func apply(_ effects: Effects, of event: RecordedEvent, _ isPublished: (String) -> Bool) {
    image.apply(effects, at: event.entryID, isPublished)
  }
}
