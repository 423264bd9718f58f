public import EventStreams

extension RatingService: FoldedService {
  /// What only this service's audit looks at.
  public typealias OwnAudit = RatingAudit

  /// `rating`
  public static let name = "rating"
  /// What it does.
  public static let summary = "asks riders and drivers to rate each other, and counts what both gave once both have"
  /// What it asks, refuses and shows.
  public static let events: [any EventData.Type] = [
    RatingRequested.self, RatingRefused.self, RatingRevealed.self, RatingWindowEnded.self,
  ]
  /// Each ride's window, and how its people rated each other.
  public static let rides: RideRecords? = RideRecords(
    hashes: [RatingWindow.hash, SealedRatings.hash],
    auditedApart: [RatingWindow.closed, RatingWindow.closedForRiders])
  /// The last ratings of each person; what counted at once its own audit reckons.
  public static let hashes = [StateHash(RecentRatings.hash, of: .account)]

  /// Asks both.
  public static func make(_ configuration: ServiceConfiguration, _ catalog: EventCatalog) -> EventService {
    RatingService().service
  }

  /// Asks whom it had asked.
  public static func repeating(_ decided: Decided<Bool>) -> EventService {
    RatingService { decided.decision ?? true }.service
  }

  /// Whether both of a ride's people were asked, as `RATING_REQUESTED` says; it did not while only riders rated.
  public struct Decisions: ServiceDecisions {
    private var onlyRiders: Set<Identifier> = []

    /// None is known.
    public init() {}

    /// Takes in what was asked.
    public mutating func add(_ json: Span<UInt8>, _ header: EventHeader) throws(JSONError) -> [String] {
      guard header.type == RatingRequested.eventType else { return [] }
      let asked = try RatingRequested(ofEvent: json)
      if asked.until == nil { onlyRiders.insert(Identifier(asked.rideID)) }
      return []
    }

    /// Takes in what others know.
    public mutating func merge(_ more: Decisions) { onlyRiders.formUnion(more.onlyRiders) }

    /// Whether both were asked about the ride that was completed.
    public func decision(on event: RecordedEvent) -> Bool? {
      guard event.header?.type == RideCompleted.eventType, let ride = try? RideCompleted(ofEvent: event.json.span)
      else {
        return nil
      }
      return !onlyRiders.contains(Identifier(ride.rideID))
    }
  }
}
