import EventStreams
import RideHailing

/// A value of a table.
enum Cell {
  case text(String)
  /// What a terminal shows differently from a file.
  case label(String, onScreen: String)
  case count(Int)
  case money(Money)
  /// A part of 1; nil where there is no whole.
  case share(Double?)
  case meters(Int)
  case seconds(Int)

  var isNumeric: Bool {
    switch self {
    case .text, .label: false
    default: true
    }
  }

  /// As it is shown: on a terminal, or to who reads what a program prints.
  func text(on screen: Screen?) -> String { screen == nil ? plain.printable : onScreen }

  /// As a terminal shows it: `1,204`, `18,231.50`, `97.0 %`, `9.3 km`, `24m 10s`.
  var onScreen: String {
    switch self {
    case .text(let text), .label(_, let text): text.printable
    case .count(let number): Self.grouped("\(number)")
    case .money(let money): Self.grouped(money.decimal)
    case .share(let share): share.map { "\(Self.decimal($0 * 100)) %" } ?? "-"
    case .meters(let meters): meters < 1000 ? "\(meters) m" : "\(Self.decimal(Double(meters) / 1000)) km"
    case .seconds(let seconds): Duration.seconds(seconds).short
    }
  }

  /// As scripts read it: a plain number, money as a decimal, a share as a part of 1.
  var plain: String {
    switch self {
    case .text(let text), .label(let text, _): text
    case .count(let number), .meters(let number), .seconds(let number): "\(number)"
    case .money(let money): money.decimal
    case .share(let share): share.map { "\(($0 * 10_000).rounded() / 10_000)" } ?? "-"
    }
  }

  /// The same as a field of a CSV file.
  var field: CSV.Field {
    if case .share(nil) = self { return .number(nil) }
    return isNumeric ? .number(plain) : .text(plain.isEmpty ? nil : plain)
  }

  /// How much it is, among cells of its kind.
  var magnitude: Double {
    switch self {
    case .text, .label: 0
    case .count(let number), .meters(let number), .seconds(let number): Double(number)
    case .money(let money): Double(money.minorUnits)
    case .share(let share): share ?? 0
    }
  }

  /// What both are together; nil where a sum says nothing.
  static func sum(_ one: Cell, _ other: Cell) -> Cell? {
    switch (one, other) {
    case (.count(let one), .count(let other)): .count(one + other)
    case (.money(let one), .money(let other)) where one.currency == other.currency:
      .money(Money(one.minorUnits + other.minorUnits, one.currency))
    default: nil
    }
  }

  private static func decimal(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  /// Commas between thousands.
  private static func grouped(_ number: String) -> String {
    let end = number.firstIndex(of: ".") ?? number.endIndex
    var text = ""
    for (index, digit) in number[..<end].reversed().enumerated() {
      if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed()) + number[end...]
  }
}
