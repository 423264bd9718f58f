public import EventStreams

extension PaymentRecord {
  /// A request to give up what is owed for the ride.
  ///
  /// - Parameters:
  ///   - ride: the ride's id.
  ///   - reason: why, for people.
  ///   - name: the request's: the same is the same request; nil for the ride's only one.
  public func writeOff(_ ride: String, reason: String, name: String?) -> WriteOffRequested {
    WriteOffRequested(rideID: ride, riderID: riderID, city: city, reason: reason, request: name)
  }

  /// A tip for the driver of the ride, which the rider gives after its end.
  ///
  /// - Parameters:
  ///   - ride: the ride's id.
  ///   - amount: in minor units of the ride's currency.
  ///   - name: the tip's: the same is the same tip.
  ///   - time: when it is given.
  /// - Throws: `RequestRefused` if the ride ended too long ago.
  public func tip(_ ride: String, amount: Int, name: String, at time: Timestamp = .now()) throws -> RideTipped {
    guard time <= at + RideTipped.openTime else {
      throw RequestRefused.refusal("ride '\(ride)' could be tipped until \(at + RideTipped.openTime)")
    }
    return RideTipped(
      rideID: ride, riderID: riderID, driverID: driverID, city: city, amount: Money(amount, fare.currency), tip: name)
  }
}
