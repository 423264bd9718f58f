public import EventStreams

extension RatingService: FoldedService {
  /// What only this service's audit looks at.
  public typealias OwnAudit = RatingAudit

  /// `rating`
  public static let name = "rating"
  /// What it does.
  public static let summary = "asks riders to rate, and counts each ride's first rating for its driver"
  /// What it asks and refuses.
  public static let events: [any EventData.Type] = [RatingRequested.self, RatingRefused.self]
  /// Each ride's window, and how it was rated.
  public static let rides: RideRecords? = RideRecords(
    hashes: [RatingWindow.hash], auditedApart: [RatingWindow.closed])
  /// What is left, its own audit reckons from the ratings.
  public static let hashes: [StateHash] = []

  /// Decides nothing that its state does not tell.
  public static func repeating(_ decided: Decided<Never>) -> EventService { RatingService().service }
}
