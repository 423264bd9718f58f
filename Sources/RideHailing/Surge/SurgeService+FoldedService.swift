public import EventStreams

extension SurgeService: FoldedService {
  /// What only this service's audit looks at.
  public typealias OwnAudit = SurgeAudit

  /// `surge`
  public static let name = "surge"
  /// What it does.
  public static let summary = "recalculates demand and the price multiplier of each place"
  /// Its advice.
  public static let events: [any EventData.Type] = [SurgeUpdated.self]
  /// Its state does not depend on what it has published.
  public static var publishesAdvice: Bool { true }
  /// Its own audit compares the window.
  public static let hashes: [StateHash] = []

  /// Decides nothing that its state does not tell.
  public static func repeating(_ decided: Decided<Never>) -> EventService { SurgeService().service }
}
