public import EventStreams

/// Who of a ride's two people rates the other.
public enum Rater: String, Sendable, CaseIterable, FieldValue {
  /// Who rode rates who drove.
  case rider
  /// Who drove rates who rode.
  case driver

  /// The id of what a ride's rater said, or of what became of it: `RIDE_RATED:r-1` as long as only riders rated, `RIDE_RATED/driver/r-1` else.
  func eventID(_ type: EventType, ofRide ride: String) -> String {
    self == .rider ? "\(type.rawValue):\(ride)" : "\(type.rawValue)/\(rawValue)/\(ride)"
  }
}
