import EventStreams
import HiredisClient
import RideHailing

/// Something that is made wrong, and what the audit must say of it.
struct Plant: Sendable {
  let what: String
  let kind: Violation.Kind
  let service: String
  let ride: String?
  /// What the violation's key contains.
  let key: String
  var usesArchive = true
  let spoil: @Sendable (Books) async throws -> Void
}

extension Plant {
  /// Prices that are wrong.
  static let prices: [Plant] = [
    Plant(what: "a price that nobody's demand made", kind: .alteredRecord, service: "surge", ride: nil, key: "prices[")
    {
      let cell = try await $0.bench.connection.strings(["HKEYS", $0.key("surge", "prices")])[0]
      try await $0.alter("surge", "prices", cell, #""percent":1"#, #""percent":2"#)
    },
    Plant(what: "surge that has lost its place", kind: .missingRecord, service: "surge", ride: nil, key: "cities[") {
      try await $0.remove("surge", "cities", completedRide().city)
    },
    Plant(
      what: "a fare that is not the price that was held", kind: .quote, service: "payment", ride: "card",
      key: "fare without tip and tolls"
    ) {
      // Payment has handled it: nothing is on its way that could explain it.
      let request = RideRequested(
        rideID: "card", riderID: nil, city: completedRide().city,
        quote: Quote(price: Money(1079, .usd), lockedUntil: .now() + .seconds(3600)))
      try await $0.bench.handle([EncodedEvent(request)], by: ["payment"])
    },
  ]
}
