import EventStreams

/// In which city of a shard a driver is paid: where the driver was first booked. Cities that share a shard share its accounts, and each has weeks and
/// payouts of its own.
enum DriverHome {
  /// Hash: driver -> city.
  static let hash = "homes"

  /// Notes it, the first time.
  static func note(_ driver: String, in city: String, _ effects: inout Effects) {
    effects.when(hash, driver, .isAbsent) { $0.set(hash, driver, to: city) }
  }
}
