import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import Testing

@testable import RideHailing

@Suite("A tip after a ride's end") struct TipTests {
  private static let services = ["payment", "driver", "analytics"]
  private let end = Timestamp(secondsSinceEpoch: 1_775_212_200)

  private func ride(_ id: String, _ payment: Payment) -> RideCompleted {
    var ride = completedRide(id)
    ride.payment = payment
    ride.completedAt = end
    return ride
  }

  private func tip(
    _ ride: String, _ amount: Int = 500, days: Int = 1, rider: String = "rider-1", driver: String = "driver-1",
    currency: Currency = .usd, payment: Payment? = nil, name: String? = nil, id: String? = nil
  ) -> EncodedEvent {
    EncodedEvent(
      RideTipped(
        rideID: ride, riderID: rider, driverID: driver, city: "New York", amount: Money(amount, currency),
        payment: payment, tip: name), id: id, timestamp: end + .seconds(days * 86_400))
  }

  private var rides: [EncodedEvent] {
    let deposit = AccountDeposited(
      AccountHolder(.rider, "rider-1"), city: "New York", amount: Money(2000, .usd), movement: "m")
    return [EncodedEvent(deposit, timestamp: end)]
      + [
        ride("card", Payment(.card, token: "tok_visa")), ride("wallet", Payment(.wallet)), ride("cash", Payment(.cash)),
      ].map { EncodedEvent($0, timestamp: end) }
  }

  @Test(
    "is charged by itself, once, and all of it is the driver's; the books stay even, and a rebuild comes to the same")
  func paid() async throws {
    try await RideBench.run { bench in
      try await bench.handle(rides, by: Self.services)
      let before = try await bench.balances("driver", "driver:driver-1")["USD"] ?? 0
      let fares = try await RideState(bench.state).payment("card")
      try await bench.handle(
        [tip("card"), tip("card", 300, name: "more"), tip("wallet", 200)], by: Self.services)
      #expect(try await bench.balances("driver", "driver:driver-1")["USD"] == before + 1000)
      // 2000 were paid in, the ride cost 1380, and the tip 200.
      #expect(try await bench.balances("payment", "rider:rider-1")["USD"] == 420)
      // It changes nothing of the ride.
      #expect(try await RideState(bench.state).payment("card") == fares)

      let report = try #require(try await RideReport.read("card", bench.namespace, bench.connection))
      #expect(report.outcome.lines.contains("tip           USD 5.00 for driver driver-1"), "\(report.outcome.lines)")
      #expect(report.outcome.earned.map(\.kind) == [.earned, .tipped, .tipped])

      // The same tips under other ids, when nobody remembers the first ones.
      try await bench.handle([tip("card", id: "a"), tip("wallet", 200, id: "b")], by: Self.services)
      #expect(try await bench.balances("driver", "driver:driver-1")["USD"] == before + 1000)

      let audit = try await bench.audit(archive: true)
      #expect(audit.violations.isEmpty, "\(audit.violations)")
      for service in ["payment", "driver"] {
        let rebuilt = try await Rebuild(
          namespace: bench.namespace, connection: bench.connection,
          archive: try ArchiveReader(path: bench.configuration.archivePath, of: .rides)
        ).run(service, applies: false)
        #expect(rebuilt.isIdentical, "\(service)")
      }
    }
  }

  @Test("makes another version of the receipt, which tells it apart from the fare; a rebuild comes to the same")
  func receipt() async throws {
    try await RideBench.run { bench in
      let services = Self.services + ["notification"]
      var (known, unknown) = (
        ride("card", Payment(.card, token: "tok_visa")), ride("other", Payment(.card, token: "tok_visa"))
      )
      known.riderEmail = "rider@example.com"
      unknown.riderEmail = nil
      try await bench.handle([known, unknown].map { EncodedEvent($0, timestamp: end) }, by: services)
      try await bench.handle([tip("card"), tip("other")], by: services)
      let receipt = try #require(try await RideState(bench.state).receipt("card"))
      #expect(receipt.version == 2 && receipt.saidTipped == 500 && receipt.said?.fare == 1380)
      #expect(receipt.summary.text.hasSuffix("paid USD 13.80, tip USD 5.00"), "\(receipt.summary.text)")
      #expect(try await RideState(bench.state).receipt("other")?.version == 1)
      let sent = try await bench.events("RECEIPT_SENT")
      #expect(sent.count == 2 && sent[1].contains(#""amount":1380"#) && sent[1].contains(#""tipped":500"#), "\(sent)")
      let mails = try bench.mails()
      #expect(mails.contains { $0.contains("Tip after the ride: 5.00 instead of 0.00") }, "\(mails)")
      try await bench.handle([tip("card", id: "again")], by: services)
      #expect(try await RideState(bench.state).receipt("card")?.version == 2)
      #expect(try await bench.audit(archive: true).violations.isEmpty)
      let rebuilt = try await Rebuild(namespace: bench.namespace, connection: bench.connection, archive: nil)
        .run("notification", applies: false)
      #expect(rebuilt.isIdentical, "\(rebuilt.shards.flatMap(\.comparison.differences).prefix(3))")
    }
  }

  @Test("is refused with the reason where it can't be given, and nothing is owed for it")
  func refused() async throws {
    try await RideBench.run { bench in
      try await bench.handle(rides, by: Self.services)
      let before = try await bench.everything()
      let tips = [
        ("nobody", tip("nobody")),
        ("declined", tip("card", payment: Payment(.card, token: "tok_declined_stolen"), name: "1")),
        ("late", tip("card", days: 31, name: "2")), ("rider", tip("card", rider: "rider-2", name: "3")),
        ("driver", tip("card", driver: "driver-2", name: "4")), ("currency", tip("card", currency: .eur, name: "5")),
        ("cash", tip("cash")), ("poor", tip("wallet", 621)),
      ]
      try await bench.handle(tips.map(\.1), by: Self.services)
      let reasons = try await bench.events("TIP_REFUSED").map {
        try TipRefused(ofEvent: $0.utf8.span).reason ?? ""
      }
      #expect(
        Set(reasons) == [
          "no such ride was completed in New York", "stolen", "the ride could be tipped until 2026-05-03T10:30:00Z",
          "the ride's rider is rider-1, not rider-2", "the ride's driver is driver-1, not driver-2",
          "the ride was paid in USD, not in EUR", "what is given in cash is the driver's already", "insufficient funds",
        ])
      #expect(reasons.count == tips.count)
      func books(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.contains(":payment:") || $0.contains(":driver:") }
      }
      #expect(books(try await bench.everything()) == books(before))
      #expect(try await bench.audit(archive: true).violations.isEmpty)
    }
  }
}

extension RideBench {
  /// The mails that were delivered, as text.
  fileprivate func mails() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: outbox + "/new").map {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: outbox + "/new/" + $0)), as: UTF8.self)
    }
  }
}
