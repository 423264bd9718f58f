public import EventStreams

/// How many of a city's requests became rides, and how many of its payments failed.
public struct RideRates: Sendable, Hashable {
  /// Where; empty for all cities together.
  public let city: String
  /// Rides asked for.
  public internal(set) var requested = 0
  /// Of these, completed up to now.
  public internal(set) var completed = 0
  /// Rides called off by riders and drivers.
  public internal(set) var cancelled = 0
  /// Rides for which there was no car, or that were not to be had.
  public internal(set) var unfulfilled = 0
  /// Payments captured.
  public internal(set) var captured = 0
  /// Payments failed.
  public internal(set) var failed = 0

  init(city: String) { self.city = city }

  /// Of the rides asked for, the part that was completed; nil if there was none.
  public var completionRate: Double? { requested > 0 ? Double(completed) / Double(requested) : nil }

  /// Of the payments, the part that failed; nil if there was none.
  public var paymentFailureRate: Double? {
    captured + failed > 0 ? Double(failed) / Double(captured + failed) : nil
  }

  /// All cities together.
  public static func sum(of rates: [RideRates]) -> RideRates {
    rates.reduce(into: RideRates(city: "")) { sum, rates in
      sum.requested += rates.requested
      sum.completed += rates.completed
      sum.cancelled += rates.cancelled
      sum.unfulfilled += rates.unfulfilled
      sum.captured += rates.captured
      sum.failed += rates.failed
    }
  }
}

extension RideRates: JSONWritable {
  /// `{"city":…,"requested":…,"completed":…,"completionRate":0.98,"cancelled":…,"unfulfilled":…,"captured":…,"failed":…,"paymentFailureRate":0.03}`
  public func write(to json: inout JSONWriter) {
    json.object {
      if !city.isEmpty { $0.field("city", city) }
      $0.field("requested", requested)
      $0.field("completed", completed)
      $0.field("completionRate", completionRate)
      $0.field("cancelled", cancelled)
      $0.field("unfulfilled", unfulfilled)
      $0.field("captured", captured)
      $0.field("failed", failed)
      $0.field("paymentFailureRate", paymentFailureRate)
    }
  }
}
