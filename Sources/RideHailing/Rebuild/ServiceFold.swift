import EventStreams

/// Builds one service's state in one shard from history: with handlers that charge nobody and send nothing, and with what was
/// decided told by the events that followed.
struct ServiceFold: Sendable {
  let service: String
  let fold: StateFold
  private let gateway = OutcomeGateway()
  private let commission: OutcomeCommission
  private var outcomes: Outcomes

  /// Nobody here knows how the service makes its state.
  struct Unknown: Error, CustomStringConvertible {
    let service: String

    var description: String {
      "this program doesn't know service '\(service)', so it can't build its state; nothing was changed"
    }
  }

  /// - Parameters:
  ///   - commissionBasisPoints: of rides whose rate is in no event.
  ///   - keepsJournals: false to leave them out, which nothing but closing a day reads.
  /// - Throws: `Unknown` for a service that is not one of `services`.
  init(
    _ service: String, shard: Int, outcomes: Outcomes, commissionBasisPoints: Int, keepsJournals: Bool = true
  ) throws(Unknown) {
    self.service = service
    self.outcomes = outcomes
    let commission = OutcomeCommission(fallback: CommissionRate(basisPoints: commissionBasisPoints))
    self.commission = commission
    let handlers: EventService =
      switch service {
      case "payment": PaymentService(gateway: gateway).service
      case "driver": DriverService(commission: { _ in commission.rate }).service
      case "rating": RatingService().service
      case "surge": SurgeService().service
      case "notification": NotificationService(outbox: nil).service
      default: throw Unknown(service: service)
      }
    fold = StateFold(handlers, shard: shard) { keepsJournals || !$0.hasPrefix(LedgerState.streamPrefix) }
  }

  /// The same fold, which knows of more outcomes.
  func knowing(_ more: Outcomes) -> ServiceFold {
    var fold = self
    fold.outcomes.add(more)
    return fold
  }

  /// The services whose state is in Redis.
  static let services = ["payment", "driver", "rating", "surge", "notification"]

  /// What became of an event.
  enum Result: Sendable {
    case applied
    /// The service does not want it.
    case unwanted
    /// Nothing tells that the service has handled it, or what its outside effect was.
    case unknown
  }

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
      // Surge's are advice: which of them were published depends on the moment.
      let published = service == "surge" ? [] : fold.image.published(by: effects, outcomes.contains)
      guard published.allSatisfy({ outcomes.contains($0.id) }) else { return .unknown }
      apply(effects, of: event)
      return .applied
    } catch is OutcomeGateway.Unknown {
      return .unknown
    }
  }

  /// Whether an event is known to have been published.
  func isPublished(_ id: String) -> Bool { outcomes.contains(id) }

  /// What effects write, in the state as it is.
  func writes(of effects: Effects) -> [Effects.Write] { fold.image.writes(of: effects, outcomes.contains) }

  /// What an event comes to, in the state as it is; nil if the service does not want it.
  func effects(of event: RecordedEvent) async throws -> Effects? {
    switch (service, event.header?.type) {
    case ("payment", RideCompleted.eventType?), ("payment", FareAdjustmentRequested.eventType?):
      gateway.expect(outcomes.answer(to: event))
    case ("driver", RideCompleted.eventType?): commission.expect(outcomes.commission(of: event))
    default: break
    }
    return try await fold.effects(of: event)
  }
}
