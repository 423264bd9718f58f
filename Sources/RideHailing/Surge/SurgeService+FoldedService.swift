public import EventStreams

extension SurgeService: FoldedService {
  /// `surge`
  public static let name = "surge"
  /// What it does.
  public static let summary = "recalculates demand and the price multiplier of each place"
  /// Its advice.
  public static let events: [any EventData.Type] = [
    SurgeUpdated.self, SurgeTick.self, QuoteRefused.self,
  ]
  /// Its state does not depend on what it has published.
  public static var publishesAdvice: Bool { true }
  /// All of it.
  public static let hashes = [
    SurgeState.cities, SurgeState.prices, SurgeState.counts, SurgeState.cars, SurgeState.policies,
  ].map { StateHash($0, of: .anything) }

  /// Decides nothing that its state does not tell.
  public static func repeating(_ decided: Decided<Never>) -> EventService { SurgeService().service }
}
