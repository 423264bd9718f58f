public import EventStreams

/// A ride for which its rider owes something.
public struct Arrear: Sendable, Hashable, JSONWritable {
  /// Who owes it.
  public let rider: String
  /// The ride, and how much.
  public let ride: RiderArrears.Ride

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("riderId", rider)
      $0.field("rideId", ride.ride)
      $0.field("city", ride.city)
      $0.field("owed", ride.owed)
      $0.field("currency", ride.currency)
      $0.field("at", ride.at)
    }
  }
}
