import EventStreams

/// A ride that did not take place, as a row of some file tells it.
struct ImportedCancellation {
  /// When it was asked for.
  var requested: Timestamp
  /// When it was called off.
  var at: Timestamp
  var by: RideCancelled.Party
  /// Whether a driver had taken it.
  var hasDriver: Bool
  /// In how many seconds the car was to come; nil if nobody said.
  var arrivalSeconds: Int?
  var reason: String
  var fee: Money?
  var pickup: Coordinate?
  /// What tells it from others, if the file has an id.
  var identity: String?
}

/// What a row is read as.
enum ImportedRow {
  case trip(ImportedTrip)
  case cancellation(ImportedCancellation)
}
