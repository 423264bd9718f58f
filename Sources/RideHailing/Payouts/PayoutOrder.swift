import Crypto
public import EventStreams
import Foundation

/// What a run of payouts is asked for: a city's drivers, for a week.
public struct PayoutOrder: Sendable {
  /// Where.
  public let city: String
  /// Of all amounts.
  public let currency: Currency
  /// Which week,
  public let week: PayoutWeek
  /// by whose clocks.
  public let zone: String
  /// Less than this is not paid, but carried on; in minor units.
  public var minimum = 0
  /// So much stays on each account, in minor units.
  public var holdBack = 0
  /// The day on which the bank is to do it; the next one on which it works if nil.
  public var executeOn: BankDay?

  /// The week's beginning and end.
  let span: Range<Timestamp>

  /// An order.
  ///
  /// - Throws: a `RequestRefused` if the week is not over, or there is no such zone.
  public init(
    city: String, currency: Currency, week: PayoutWeek, zone: String, at now: Timestamp = .now()
  ) throws(RequestRefused) {
    guard let span = week.span(in: zone) else { throw .mistake("'\(zone)' is no time zone such as Europe/Paris") }
    guard span.upperBound <= now else {
      throw .refusal("the week \(week) is not over in \(zone): it ends at \(span.upperBound)")
    }
    self.city = city
    self.currency = currency
    self.week = week
    self.zone = zone
    self.span = span
  }

  /// The run's name: the same for the same city, currency and week, of 35 characters that banks take.
  public var run: String { name("R", ["run"]) }

  /// The name of a driver's payout.
  func payout(of driver: String) -> String { name("P", ["payout", driver]) }

  /// 130 bits of a hash are enough that nobody finds two drivers of one name.
  private func name(_ letter: String, _ parts: [String]) -> String {
    var hash = SHA256()
    for part in [city, currency.code] + parts {
      hash.update(data: Data("\(part.utf8.count):\(part)".utf8))
    }
    let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789".utf8)
    var (bits, count, digits) = (0, 0, [UInt8]())
    for byte in hash.finalize() {
      bits = (bits << 8 | Int(byte)) & 0xfff
      count += 8
      while count >= 5, digits.count < 26 {
        count -= 5
        digits.append(alphabet[bits >> count & 31])
      }
    }
    let week = week.description.replacing("-", with: "")
    return "\(letter)\(week)-\(String(decoding: digits, as: UTF8.self))"
  }

  /// The event that begins it.
  func start(at now: Timestamp) throws(RequestRefused) -> PayoutRunStarted {
    let today = BankDay(daysSinceEpoch: now.day)
    if let executeOn, !executeOn.isBusinessDay {
      throw .mistake("\(executeOn) is no business day of banks; the next one is \(executeOn.nextBusinessDay)")
    }
    return PayoutRunStarted(
      run: run, city: city, currency: currency, week: week.description, zone: zone, from: span.lowerBound,
      before: span.upperBound, minimum: minimum, holdBack: holdBack,
      executeOn: (executeOn ?? today.nextBusinessDay).description)
  }

  /// Why a run that has begun is not the one that is asked for; nil if it is.
  func problem(with begun: PayoutRunStarted) -> String? {
    func money(_ amount: Int) -> Money { Money(amount, currency) }
    if begun.zone != zone { return "it goes by the clocks of \(begun.zone)" }
    if begun.minimum != minimum { return "its minimum is \(money(begun.minimum))" }
    if begun.holdBack != holdBack { return "it holds back \(money(begun.holdBack))" }
    if let executeOn, executeOn.description != begun.executeOn { return "the bank is to do it on \(begun.executeOn)" }
    return nil
  }
}
