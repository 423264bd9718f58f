public import EventStreams

/// A service that reacts to rides, told in one place. Whoever lists services, starts them, rebuilds them or audits them asks `RideServices`,
/// and knows none by its name.
///
/// A new one is a type that conforms to this, or to `FoldedService` as nearly all do, and a line in `RideServices.standard`.
public protocol RideService: Sendable {
  /// The consumer group's name.
  static var name: String { get }
  /// What it does, in a few words.
  static var summary: String { get }
  /// The types of events that it publishes; another service may publish some of them as well.
  static var events: [any EventData.Type] { get }
  /// The topics that it is delivered.
  static var subscription: Subscription { get }
  /// The service as a worker runs it.
  ///
  /// - Parameter catalog: reads the events of all services.
  static func make(_ configuration: ServiceConfiguration, _ catalog: EventCatalog) throws -> EventService
}

/// A service whose state is in Redis, and follows from history: it can be rebuilt, restored and audited.
public protocol FoldedService: RideService {
  /// What of its decisions its events alone tell.
  associatedtype Decisions: ServiceDecisions = NoDecisions
  /// What its audit looks at besides what its handlers come to.
  associatedtype OwnAudit: ServiceAudit = NoOwnAudit

  /// The service as history is handled once more: it asks nobody, sends nothing, and is told what it had decided.
  static func repeating(_ decided: Decided<Decisions.Decision>) -> EventService

  /// True if what it publishes is advice: which of it was published depends on the moment, and nothing follows from it.
  static var publishesAdvice: Bool { get }
  /// What it keeps of each ride, which leaves when rides are closed; nil if it keeps nothing of a ride.
  static var rides: RideRecords? { get }
  /// What its state is besides; all of it is what its handlers come to, field by field.
  static var hashes: [StateHash] { get }
}

extension FoldedService where Decisions == NoDecisions {
  /// The same as when history is handled once more: what needs nothing from outside is the same always.
  public static func make(_ configuration: ServiceConfiguration, _ catalog: EventCatalog) throws -> EventService {
    repeating(Decided())
  }
}

extension FoldedService {
  /// False
  public static var publishesAdvice: Bool { false }
  /// Nothing of a ride.
  public static var rides: RideRecords? { nil }
  /// Those of the types that it handles.
  public static var subscription: Subscription { repeating(Decided()).subscription }

  /// All hashes that are what its handlers come to.
  static var state: [StateHash] { (rides?.state ?? []) + hashes }
  /// The types of events that tell what it has decided.
  static var outcomes: [EventType] { publishesAdvice ? [] : events.map { $0.eventType } }
}
