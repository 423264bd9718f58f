import EventStreams
import EventStreamsOperations

/// Builds one service's state in one shard from history: with handlers that charge nobody and send nothing, and with what was
/// decided told by the events that followed.
struct ServiceFold: Sendable {
  let service: any FoldedService.Type
  let fold: StateFold
  private let repeated: RepeatedService
  private var outcomes: Outcomes

  /// - Parameters:
  ///   - outcomes: those of the service, at least.
  ///   - keepsJournals: false to leave them out, which nothing but closing a day reads.
  init(_ service: any FoldedService.Type, shard: Int, outcomes: Outcomes, keepsJournals: Bool = true) {
    self.service = service
    self.outcomes = outcomes
    repeated = RepeatedService(service)
    fold = StateFold(repeated.handlers, shard: shard) { keepsJournals || !$0.hasPrefix(LedgerState.streamPrefix) }
  }

  /// The same fold, which knows of more outcomes.
  func knowing(_ more: Outcomes) -> ServiceFold {
    var fold = self
    fold.outcomes.add(more)
    return fold
  }

  /// What became of an event.
  enum Result: Sendable {
    case applied
    /// The service does not want it.
    case unwanted
    /// Nothing tells that the service has handled it, or what its outside effect was.
    case unknown
  }

  /// The service's name.
  var name: String { service.name }

  /// The state so far.
  var image: StateImage { fold.image }

  /// Whether the service wants events of a type.
  func wants(_ type: EventType) -> Bool { fold.wants(type) }

  /// Takes in the effects of an event.
  func apply(_ effects: Effects, of event: RecordedEvent) { fold.apply(effects, of: event, outcomes.contains) }

  /// Adds an event that the service has handled.
  func add(_ event: RecordedEvent) async throws -> Result {
    guard let effects = try await effects(of: event) else { return .unwanted }
    apply(effects, of: event)
    return .applied
  }

  /// Adds an event if what follows it in history tells that the service has handled it: an event without outside effects needs nothing
  /// to tell that.
  func addIfHandled(_ event: RecordedEvent) async throws -> Result {
    do {
      guard let effects = try await effects(of: event) else { return .unwanted }
      let published = service.publishesAdvice ? [] : fold.image.published(by: effects, outcomes.contains)
      guard published.allSatisfy({ outcomes.contains($0.id) }) else { return .unknown }
      apply(effects, of: event)
      return .applied
    } catch is Undecided {
      return .unknown
    }
  }

  /// What effects write, in the state as it is.
  func writes(of effects: Effects) -> [Effects.Write] { fold.image.writes(of: effects, outcomes.contains) }

  /// What an event comes to, in the state as it is; nil if the service does not want it.
  func effects(of event: RecordedEvent) async throws -> Effects? {
    guard let type = event.header?.type, wants(type) else { return nil }
    repeated.expect(outcomes.decisions(of: name), about: event)
    return try await fold.effects(of: event)
  }
}
