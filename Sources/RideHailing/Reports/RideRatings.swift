public import EventStreams

/// How a ride's people rated each other, as far as that is shown.
public struct RideRatings: Sendable, Hashable, JSONWritable {
  /// What the rider gave; nil if that is not shown.
  public let rider: Int?
  /// What the driver gave; nil if that is not shown.
  public let driver: Int?
  /// Who has rated, whether that is shown or not.
  public let raters: [Rater]

  /// Whether one of the two may still rate.
  public func isOpen(in window: RatingWindow) -> Bool {
    window.isBlind ? rider == nil && driver == nil : rider == nil
  }

  /// A line for each rating.
  public var lines: [String] {
    Rater.allCases.compactMap { rater in
      guard raters.contains(rater) else { return nil }
      let given = rater == .rider ? rider : driver
      return given.map { "\($0) of 5 stars by the \(rater.rawValue)" }
        ?? "by the \(rater.rawValue), hidden until both have rated or the time is over"
    }
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("by", raters)
      $0.field("byRider", rider)
      $0.field("byDriver", driver)
    }
  }
}
