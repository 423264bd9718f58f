import EventArchive
import EventStreams
import EventStreamsOperations
import RideHailing
import Testing

@Suite("The trace of a ride for which something was owed") struct ArrearsTraceTests {
  private static let services = RideServices.standard.names

  private func ride(_ id: String, _ payment: Payment) -> EncodedEvent {
    var completed = completedRide(id, fare: Fare(base: 1000, currency: .usd))
    completed.payment = payment
    return EncodedEvent(completed)
  }

  private func declined(_ id: String) -> EncodedEvent { ride(id, Payment(.card, token: "tok_declined_lost_card")) }

  private func change(_ card: String) -> EncodedEvent {
    EncodedEvent(CardChanged(riderID: "rider-1", city: "New York", card: card), id: "mine-\(card)")
  }

  @Test("shows all that was done about that, and what led to it")
  func whole() async throws {
    try await RideBench.run { bench in
      let rider = AccountHolder(.rider, "rider-1")
      for event in [
        declined("next"), ride("r", Payment(.card, token: "tok_visa")),
        declined("card"), change("tok_declined_soft_busy"), change("tok_visa"),
        ride("wallet", Payment(.wallet)),
        EncodedEvent(AccountDeposited(rider, city: "New York", amount: Money(1500, .usd), movement: "d")),
        declined("given-up"),
        EncodedEvent(
          WriteOffRequested(rideID: "given-up", riderID: "rider-1", city: "New York", reason: "old", request: "w")),
        EncodedEvent(WriteOffRequested(rideID: "given-up", riderID: "rider-1", city: "New York", reason: "old")),
      ] { try await bench.handle([event], by: Self.services) }
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      let shard = bench.namespace.shard(of: "New York")
      let entries = try await inspector.entries(shard: shard, after: .zero, limit: 10_000)
      func logged(_ ride: String) throws -> [String] {
        let catalog = RideServices.standard.catalog
        return try entries.filter { catalog.ride(of: $0.json.span)?.hasSameBytes(as: ride) == true }
          .map { try EventHeader(ofEvent: $0.json.span, fallbackID: "").id }
      }
      let archive = try ArchiveReader(path: bench.configuration.archivePath, of: .rides)
      let led = [
        "next": ["ARREARS_DUE"], "card": ["ARREARS_DUE", "ARREARS_DUE", "CARD_CHANGED", "CARD_CHANGED"],
        "wallet": ["ACCOUNT_DEPOSITED"],
        "given-up": ["WRITE_OFF_REFUSED", "WRITE_OFF_REQUESTED", "WRITE_OFF_REQUESTED"],
      ]
      for (ride, led) in led.sorted(by: { $0.key < $1.key }) {
        for archive in [nil, archive] {
          let report = try #require(
            try await RideReport.read(ride, bench.namespace, bench.connection, archive: archive))
          let leading = report.events.filter {
            ["CARD_CHANGED", "ACCOUNT_DEPOSITED"].contains($0.header.type.rawValue)
          }
          let own = report.events.map(\.header.id).filter { id in !leading.contains { $0.header.id == id } }
          let expected = try logged(ride)
          #expect(own == expected, "\(ride)")
          let types = report.events.map(\.header.type.rawValue)
            .filter { $0.hasPrefix("ARREARS_") || $0.hasPrefix("WRITE_OFF") }
          #expect((types + leading.map(\.header.type.rawValue)).sorted() == led, "\(ride)")
          #expect(report.isSettled)
        }
      }
      // Of the attempts with the card, one was still to come.
      let scheduled = try await RideReport.read("card", bench.namespace, bench.connection)?.scheduled ?? []
      #expect(scheduled.contains { $0.id.hasPrefix("PAYMENT_RETRY_DUE:4/card/1/ARREARS_DUE") })
    }
  }
}
