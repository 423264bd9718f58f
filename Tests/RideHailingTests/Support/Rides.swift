import EventStreams
import RideHailing

/// A completed ride that tests change as they need.
func completedRide(_ id: String = "r1", fare: Fare = Fare(base: 1000, tolls: 100, tip: 200, taxes: 80, currency: .usd))
  -> RideCompleted
{
  RideCompleted(
    rideID: id, riderID: "rider-1", driverID: "driver-1", city: "New York", fare: fare,
    payment: Payment(.card, token: "tok_visa"))
}

extension EventCatalog {
  static let rides = EventCatalog(RideServices.standard.types)

  /// Reads an event's text.
  func read(_ text: String) throws(JSONError) -> EncodedEvent { try read(text.utf8.span) }
}

/// What an error says, or what came instead of one.
func problem<Result>(_ body: () throws -> Result) -> String {
  do { return "no error: \(try body())" } catch { return "\(error)" }
}
