public import EventStreams

/// Rides and money of a day, an hour of the day, a city or a driver, in one currency.
public struct RideTotals: Sendable, Hashable {
  /// What the rides have in common.
  public let grouping: RideGrouping
  /// The day (`2026-04-03`), the hour (`0` … `23`), the city or the driver.
  public let name: String
  /// Of all amounts.
  public let currency: Currency
  /// Completed rides.
  public let rides: Int
  /// What riders pay: fares and cancellation fees as corrected, less refunds.
  public let revenue: Money
  /// The platform's part.
  public let commission: Money
  /// Of which the drivers have all.
  public let tips: Money
  /// The drivers' part, tips and tolls in it; a refund takes nothing off it.
  public let earned: Money
  /// The part of the revenue that is for rides that did not take place.
  public let cancellationFees: Money
  /// Lost disputes, the gateway's fees for disputes, and what is not asked for any more: the platform bears it. Drivers bear nothing.
  public let losses: Money

  init(_ grouping: RideGrouping, _ key: RideGrouping.Key, _ sums: RideSums) {
    self.grouping = grouping
    name = grouping.name(of: key)
    currency = key.currency
    rides = sums.rides
    revenue = Money(sums.revenue, currency)
    commission = Money(sums.commission, currency)
    tips = Money(sums.tips, currency)
    earned = Money(sums.earned, currency)
    cancellationFees = Money(sums.cancellationFees, currency)
    losses = Money(sums.losses, currency)
  }
}

extension RideTotals: JSONWritable {
  /// `{"day":…,"currency":…,"rides":…,"revenue":…,"commission":…,"tips":…,"earned":…,"cancellationFees":…,"losses":…}`, in minor units.
  public func write(to json: inout JSONWriter) {
    json.object {
      switch grouping {
      case .total: break
      case .hour: $0.field("hour", Int(name) ?? 0)
      case .day, .city, .driver: $0.field(named: grouping.rawValue, name)
      }
      $0.field("currency", currency)
      $0.field("rides", rides)
      $0.field("revenue", revenue.minorUnits)
      $0.field("commission", commission.minorUnits)
      $0.field("tips", tips.minorUnits)
      $0.field("earned", earned.minorUnits)
      $0.field("cancellationFees", cancellationFees.minorUnits)
      $0.field("losses", losses.minorUnits)
    }
  }
}
