import EventStreams
import RideHailing
import Testing

@Suite("Money") struct MoneyTests {
  @Test(
    "reads decimals exactly",
    arguments: [
      ("12.50", 1250), ("12.5", 1250), ("12", 1200), ("-3", -300), (".05", 5), ("0.10", 10), ("655.35", 65535),
    ])
  func reads(text: String, cents: Int) {
    #expect(Money(decimal: text, .usd) == Money(cents, .usd))
  }

  @Test(
    "refuses what is no amount, or finer than the minor unit",
    arguments: [
      "", "-", ".", "12.505", "1,50", "1e3", "12.5.0", "NaN", "9999999999999999999", "$5", "10000000000000.01",
      "-92233720368547758.08", "7.000", "1.250",
    ])
  func refuses(text: String) {
    #expect(Money(decimal: text, .usd) == nil)
  }

  @Test("knows how many digits a currency has")
  func digits() throws {
    let yen = try #require(Currency("JPY"))
    let dinar = try #require(Currency("KWD"))
    #expect(Money(decimal: "500", yen)?.minorUnits == 500)
    #expect(Money(decimal: "500.5", yen) == nil)
    #expect(Money(decimal: "1.000", yen) == nil)
    #expect(Money(decimal: "1.234", dinar)?.minorUnits == 1234)
    #expect(Money(500, yen).description == "JPY 500")
    #expect(Money(5, dinar).description == "KWD 0.005")
    #expect(Money(-1250, .usd).description == "USD -12.50")
    #expect(Currency("USX") == nil)
  }

  @Test("shares add up: rounded half away from zero, without overflow")
  func shares() {
    #expect(Money(1250, .usd).share(basisPoints: 2000).minorUnits == 250)
    #expect(Money(13, .usd).share(basisPoints: 5000).minorUnits == 7)
    #expect(Money(-13, .usd).share(basisPoints: 5000).minorUnits == -7)
    #expect(Money(Int.max, .usd).share(basisPoints: 10_000).minorUnits == Int.max)
  }
}

@Suite("A journal") struct JournalTests {
  @Test("that does not sum to zero in each currency can't be made")
  func balance() throws {
    func journal(_ postings: [Posting]) throws -> Journal {
      let time = Timestamp(secondsSinceEpoch: 0)
      return try Journal(
        id: "j", kind: .charged, rideID: "r", effectiveAt: time, recordedAt: time, postings: postings)
    }
    #expect(throws: Journal.Unbalanced.self) {
      try journal([.debit(.gateway, Money(100, .usd)), .credit(.clearing, Money(99, .usd))])
    }
    #expect(throws: Journal.Unbalanced.self) {
      try journal([.debit(.gateway, Money(100, .usd)), .credit(.clearing, Money(100, .eur))])
    }
    #expect(
      try journal([
        .debit(.gateway, Money(5, .usd)), .credit(.clearing, Money(5, .usd)), .credit(.taxes, Money(0, .usd)),
      ]).postings.count == 2)
  }
}
