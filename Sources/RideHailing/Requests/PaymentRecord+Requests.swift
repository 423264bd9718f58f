public import EventStreams

extension PaymentRecord {
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
