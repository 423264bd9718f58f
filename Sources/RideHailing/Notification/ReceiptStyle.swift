import EventStreams
import Foundation

/// How a receipt is written: in the rider's language and manner of numbers, by the city's clock and measures.
struct ReceiptStyle {
  let words: ReceiptWords
  /// The rider's; nil if nothing is known of it: then numbers are written as programs write them, and days as ISO 8601 does.
  private let locale: Locale?
  private let city: Cities.City

  init(locale: String?, city: Cities.City) {
    self.locale = locale.map(Locale.init(identifier:))
    self.city = city
    words = .of(self.locale)
  }

  /// The total's name, with the currency where amounts are written without one.
  func total(_ currency: Currency) -> String { locale == nil ? "\(words.total) \(currency)" : words.total }

  /// `12.30`, `12,30 €`
  func amount(_ amount: Money) -> String {
    guard let locale else { return amount.decimal }
    let digits = amount.currency.minorUnitDigits
    let sign: FloatingPointSign = amount.minorUnits < 0 ? .minus : .plus
    return Decimal(sign: sign, exponent: -digits, significand: Decimal(amount.minorUnits.magnitude))
      .formatted(.currency(code: amount.currency.code).precision(.fractionLength(digits)).locale(locale))
  }

  /// An amount that stands alone: `USD 12.30`, `12,30 €`.
  func wholeAmount(_ amount: Money) -> String { locale == nil ? amount.description : self.amount(amount) }

  /// To a tenth of the city's unit, and never more than it was: `12.3 km`, `7,6 mi`.
  func distance(meters: Int) -> String {
    let tenths = meters * 1000 / (city.unit.millimeters / 10)
    let number =
      locale.map {
        Decimal(sign: .plus, exponent: -1, significand: Decimal(tenths))
          .formatted(.number.precision(.fractionLength(1)).locale($0))
      } ?? "\(tenths / 10).\(tenths % 10)"
    return "\(number) \(city.unit.rawValue)"
  }

  /// Day and time by the city's clock: `2026-04-03 10:30 (UTC)`, `Freitag, 3. April 2026, 12:30 (Europe/Berlin)`.
  func time(_ time: Timestamp) -> String {
    let zone = city.zone == .gmt ? "UTC" : city.zone.identifier
    let date = Date(time)
    guard let locale else {
      // By bytes: all of it is ASCII.
      let wallClock = (time + .seconds(city.zone.secondsFromGMT(for: date))).description.utf8
      return "\(Substring(wallClock.prefix(10))) \(Substring(wallClock.dropFirst(11).prefix(5))) (\(zone))"
    }
    // A format style would have its own mind about whether an hour has two digits.
    let formatter = DateFormatter()
    formatter.calendar = Calendar(identifier: .gregorian)
    formatter.locale = locale
    formatter.timeZone = city.zone
    func written(_ day: DateFormatter.Style, _ time: DateFormatter.Style) -> String {
      formatter.dateStyle = day
      formatter.timeStyle = time
      return formatter.string(from: date)
    }
    return "\(written(.full, .none)), \(written(.none, .short)) (\(zone))"
  }
}
