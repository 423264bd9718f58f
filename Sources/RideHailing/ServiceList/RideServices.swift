public import EventArchive
public import EventStreams

/// The services that react to rides, none of which knows of another, and with them what everybody else must know of them.
public struct RideServices: Sendable {
  /// The six services of this back end, in the order they are shown.
  public static let standard = RideServices([
    PaymentService.self, DriverService.self, RatingService.self, AnalyticsService.self, SurgeService.self,
    NotificationService.self,
  ])

  /// The types of events that come from outside.
  static let announced: [any EventData.Type] = [
    RideQuoted.self, RideRequested.self, RideAccepted.self, RideStarted.self, RideCompleted.self, RideCancelled.self,
    RideTipped.self, RideRated.self, CarsSeen.self, SurgePolicySet.self, AccountOpened.self, AccountDeposited.self,
    AccountWithdrawalRequested.self, AccountAdjusted.self, FareAdjustmentRequested.self, RefundRequested.self,
    PayoutRunStarted.self, PayoutRequested.self, PayoutRunClosed.self, PayoutReturned.self, RidesClosed.self,
    RecordsRemoved.self, GatewayNotified.self, CardChanged.self, WriteOffRequested.self,
  ]

  /// The services.
  public let all: [any RideService.Type]
  /// Those of them that can be rebuilt from history.
  let folded: [any FoldedService.Type]
  /// Their names, in the same order.
  public let names: [String]
  /// Their names and the topics that they are delivered, in the same order.
  public let subscriptions: [Subscription]
  /// The types of events that they publish or react to.
  public let types: [any EventData.Type]
  /// Reads and checks them.
  public let catalog: EventCatalog
  /// What an archive knows of them.
  public let archive: ArchiveDomain

  /// Services, in the order they are to be shown.
  public init(_ services: [any RideService.Type]) {
    all = services
    folded = services.compactMap { $0 as? any FoldedService.Type }
    names = services.map { $0.name }
    subscriptions = services.map { $0.subscription }
    var known: Set<EventType> = []
    types = (Self.announced + services.flatMap { $0.events }).filter { known.insert($0.eventType).inserted }
    catalog = EventCatalog(types)
    archive = .rides(catalog)
  }

  /// The service of this name; nil if there is none.
  public func named(_ name: String) -> (any RideService.Type)? { all.first { $0.name.hasSameBytes(as: name) } }

  /// Makes a service as a worker runs it; nil if there is none of this name.
  public func make(_ name: String, _ configuration: ServiceConfiguration) throws -> EventService? {
    try named(name)?.make(configuration, catalog)
  }

  /// Whether a service is delivered a topic.
  func isDelivered(_ topic: String, to service: Identifier) -> Bool {
    subscriptions.contains { $0.service.hasSameBytes(as: service.text) && $0.wants(topic) }
  }

  /// The names of the fields that nobody is shown in events, whoever asks: what two people gave each other is shown by another event, when
  /// it may be.
  public static let sealedFields = ["stars", "comment"]

  /// The names of the fields that say something about a person, as the events' lists of fields mark them.
  public var personalFields: [String] {
    func personal(_ fields: [FieldDescription]) -> [String] {
      fields.flatMap { ($0.subject == nil ? [] : [$0.name]) + personal($0.fields) }
    }
    let names = types.flatMap { personal(($0 as? any JSONRecord.Type)?.fieldDescriptions ?? []) }
    return Set(names: names).sorted().map(\.text)
  }

  /// The services that keep something of each ride.
  public var keepingRides: [String] { folded.filter { $0.rides != nil }.map { $0.name } }

  /// The services whose state is in Redis, which a rebuild makes anew.
  public var rebuilt: [String] { folded.map { $0.name } }
}
