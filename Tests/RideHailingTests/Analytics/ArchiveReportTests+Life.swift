import EventArchive
import EventStreams
import RideHailing
import Testing

/// Fees of rides that did not take place, and what the platform bears.
extension ArchiveReportTests {
  private static func event(_ type: String, _ id: String, _ data: String, day: Int = 4) throws -> EncodedEvent {
    try EventCatalog.rides.read(
      #"{"type":"\#(type)","id":"\#(id)","timestamp":"2026-04-0\#(day)T10:30:00Z","data":{"city":"Paris","riderId":"u","rideId":"\#(id)",\#(data)}}"#
    )
  }

  static func life() throws -> [EncodedEvent] {
    let dispute = #""charge":"pi_1","amount":900,"currency":"EUR","reason":"fraudulent","cause":"n""#
    let fee = #","fee":{"amount":1500,"currency":"USD"}"#
    return [
      try event(
        "CANCELLATION_CHARGED", "off",
        #""driverId":"d-1","fare":{"base":450,"taxes":50,"total":500,"currency":"EUR"},"at":"2026-04-03T23:00:00Z""#),
      try event("DISPUTE_OPENED", "a", #""dispute":"dp_1",\#(dispute)\#(fee)"#),
      try event("DISPUTE_LOST", "a-lost", #""dispute":"dp_1",\#(dispute)\#(fee)"#, day: 5),
      try event("DISPUTE_OPENED", "b", #""dispute":"dp_2",\#(dispute)\#(fee)"#),
      try event("DISPUTE_WON", "b-won", #""dispute":"dp_2",\#(dispute)\#(fee)"#, day: 6),
      try event("DISPUTE_OPENED", "c", #""dispute":"dp_3",\#(dispute)"#),
      try event("PAYMENT_WRITTEN_OFF", "old", #""amount":300,"currency":"EUR","method":"card","reason":"old""#, day: 6),
    ]
  }

  @Test("have cancellation fees in the revenue, and losses beside it", arguments: ArchiveKeeper.allCases)
  func feesAndLosses(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      try await bench.store(try Self.life())
      let days = try await bench.reports.totals(by: .day).rows.map {
        "\($0.name) \($0.rides) \($0.revenue) \($0.commission) \($0.earned) \($0.cancellationFees) \($0.losses)"
      }
      let none = Money(0, .usd)
      #expect(
        days == [
          "2026-04-03 0 EUR 5.00 EUR 0.90 EUR 3.60 EUR 5.00 EUR 0.00",
          "2026-04-05 0 EUR 0.00 EUR 0.00 EUR 0.00 EUR 0.00 EUR 9.00",
          "2026-04-06 0 EUR 0.00 EUR 0.00 EUR 0.00 EUR 0.00 EUR 3.00",
          "2026-04-05 0 \(none) \(none) \(none) \(none) USD 15.00",
          "2026-04-06 0 \(none) \(none) \(none) \(none) USD 15.00",
        ])
      #expect(
        try await bench.query("SELECT dispute, status, amount, fee FROM disputes ORDER BY 1").map {
          $0.map { $0.text ?? "" }.joined(separator: " ")
        } == ["dp_1 lost 900 1500", "dp_2 won 900 1500", "dp_3 open 900 0"])
      let drivers = try await bench.query("SELECT driver, rides, revenue, losses FROM drivers")
      #expect(drivers.map { $0.map { $0.text ?? "" }.joined(separator: " ") } == ["d-1 0 500 0"])
    }
  }
}
