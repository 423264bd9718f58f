public import EventStreams

extension DriverService: FoldedService {
  /// `driver`
  public static let name = LedgerState.drivers
  /// What it does.
  public static let summary = "pays drivers their share of each ride, and pays out what they want of it"
  /// What became of drivers' shares and movements of their accounts.
  public static let events: [any EventData.Type] =
    HolderAccounts.events + DriverPayouts.events + [DriverPaid.self, CorrectionRefused.self]
  /// Each ride as it has booked it.
  public static let rides: RideRecords? = RideRecords(
    hashes: [DriverRide.hash, DriverRide.corrected, RideTips.hash])
  /// What it keeps of accounts and payouts.
  public static let hashes =
    HolderAccounts.state + DriverPayouts.state + [StateHash(DriverHome.hash, of: .driver)]

  /// Keeps the share that is configured.
  public static func make(_ configuration: ServiceConfiguration, _ catalog: EventCatalog) -> EventService {
    let standard = CommissionRate(basisPoints: configuration.commissionBasisPoints)
    return DriverService(plans: CommissionPlans(configuration.commissionPlans, standard: standard)).service
  }

  /// Keeps what was kept; of rides that were booked before their rate was published, what is usual.
  public static func repeating(_ decided: Decided<CommissionRate>) -> EventService {
    DriverService { decided.decision ?? CommissionRate(basisPoints: CommissionRate.standardBasisPoints) }.service
  }

  /// What was kept of each ride, as the event that followed says.
  public struct Decisions: ServiceDecisions {
    private var rates: [Identifier: CommissionRate] = [:]

    /// None is known.
    public init() {}

    /// Takes in a share.
    public mutating func add(_ json: Span<UInt8>, _ header: EventHeader) throws(JSONError) -> [String] {
      guard header.type == DriverPaid.eventType else { return [] }
      let paid = try DriverPaid(ofEvent: json)
      if rates[paid.rideID] == nil { rates[paid.rideID] = paid.commission }
      return []
    }

    /// Takes in what others know.
    public mutating func merge(_ more: Decisions) { rates.merge(more.rates) { first, _ in first } }

    /// What was kept of the ride that was completed, or of the fee for one that was not.
    public func decision(on event: RecordedEvent) -> CommissionRate? {
      switch event.header?.type {
      case RideCompleted.eventType: (try? RideCompleted(ofEvent: event.json.span)).flatMap { rates[$0.rideID] }
      case CancellationCharged.eventType:
        (try? CancellationCharged(ofEvent: event.json.span)).flatMap { rates[$0.rideID] }
      default: nil
      }
    }
  }
}
