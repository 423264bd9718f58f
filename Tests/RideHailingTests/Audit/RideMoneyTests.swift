import Testing

@testable import EventStreams
@testable import RideHailing

@Suite("What an audit finds in a ride's events alone") struct RideMoneyTests {
  private static func tip(_ amount: Int) -> RideTipped {
    RideTipped(rideID: "r", riderID: "rider", driverID: "driver", city: "Oslo", amount: Money(amount, .eur))
  }

  private static func findings(_ facts: RideFacts, isWhole: Bool = true) -> [String] {
    RideMoney(facts: facts, record: nil, charged: RideBookings(), earned: RideBookings()).tips(isWhole, nil)
      .map { "\($0.key): \($0.expected), not \($0.found)" }
  }

  @Test("is a tip that was taken and nobody gave, or of another amount than was given")
  func tips() {
    var facts = RideFacts()
    facts.add(Self.tip(300))
    facts.add(TipCaptured(Self.tip(300), method: .card))
    #expect(Self.findings(facts).isEmpty)

    var more = RideFacts()
    more.add(Self.tip(300))
    more.add(TipCaptured(Self.tip(3000), method: .card))
    #expect(Self.findings(more) == ["RIDE_TIPPED:r: EUR 3.00, not EUR 30.00 taken"])

    var nothing = RideFacts()
    nothing.add(TipCaptured(Self.tip(300), method: .card))
    #expect(Self.findings(nothing) == ["RIDE_TIPPED:r: nothing given, not EUR 3.00 taken"])
    // Where the history begins later, it may have been given before.
    #expect(Self.findings(nothing, isWhole: false).isEmpty)
  }
}
