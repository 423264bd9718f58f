import CardGateway
import Testing

@Suite struct GatewayUnitsTests {
  /// Currency, digits of ISO 4217, minor units of ours, and what the gateway is told; nil if it can't be told.
  @Test(
    arguments: [
      ("EUR", 2, 1050, 1050), ("JPY", 0, 500, 500), ("ISK", 0, 5, 500), ("UGX", 0, 5, 500), ("MGA", 2, 500, 5),
      ("MGA", 2, 550, nil), ("KWD", 3, 5120, 5120), ("KWD", 3, 5124, nil), ("EUR", 2, 0, 0),
    ] as [(String, Int, Int, Int?)])
  func theGatewayCountsAsItSays(currency: String, digits: Int, ours: Int, its: Int?) {
    let units = GatewayUnits(currency: currency)
    #expect(units.amount(ours, isoDigits: digits) == its)
    if let its { #expect(units.minorUnits(its, isoDigits: digits) == ours) }
  }

  @Test func whatIsTooGreatCannotBeTold() {
    #expect(GatewayUnits(currency: "ISK").amount(.max, isoDigits: 0) == nil)
  }
}
