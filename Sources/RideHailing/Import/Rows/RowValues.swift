import EventStreams

/// Why a row is no ride; the reader of the file adds the line.
struct RowProblem: Error {
  /// The column, in small letters.
  let field: String?
  let reason: String
}

/// A row's values by the names of their columns, which are given in small letters.
struct RowValues {
  let header: CSVHeader
  let fields: [String]

  /// Throws unless there is a cell for each column. Empty ones beyond them say nothing, and are passed over.
  init(header: CSVHeader, fields: [String]) throws(RowProblem) {
    let count = header.names.count
    guard fields.count >= count, fields[count...].allSatisfy({ $0.withoutBlanks.isEmpty }) else {
      throw RowProblem(field: nil, reason: "has \(fields.count) cells where the header has \(count)")
    }
    self.header = header
    self.fields = fields
  }

  /// A value without the blanks around it; empty if the file has no such column.
  func text(_ column: String) -> String { header.index(of: column).map { fields[$0].withoutBlanks } ?? "" }

  func required(_ column: String) throws(RowProblem) -> String {
    let text = text(column)
    guard !text.isEmpty else { throw RowProblem(field: column, reason: "is empty") }
    return text
  }

  /// An amount of money in minor units.
  func amount(_ column: String, _ currency: Currency) throws(RowProblem) -> Int {
    let text = try required(column)
    guard let money = Money(decimal: text, currency) else {
      throw RowProblem(field: column, reason: "\"\(text)\" \(Self.whyNoAmount(text, currency))")
    }
    guard Quantity.fare.range.contains(abs(money.minorUnits)) else {
      throw RowProblem(field: column, reason: "\"\(text)\" is more than any fare")
    }
    return money.minorUnits
  }

  private static func whyNoAmount(_ text: String, _ currency: Currency) -> String {
    let digits = currency.minorUnitDigits
    if text.contains(",") {
      return "has a comma: amounts are written with a point before the decimals, and nothing between thousands"
    }
    if let point = text.firstIndex(of: "."), text[text.index(after: point)...].allSatisfy(\.isNumber),
      text.distance(from: point, to: text.endIndex) - 1 > digits
    {
      return digits == 0
        ? "has decimals, and \(currency) has none"
        : "has \(text.distance(from: point, to: text.endIndex) - 1) decimals, and \(currency) has \(digits)"
    }
    if text.contains(where: { $0.isCurrencySymbol }) { return "has a currency sign: amounts are written without" }
    if text.contains(where: \.isWhitespace) { return "has a blank in it: amounts are written without" }
    if Double(text) != nil, !text.contains(where: \.isLetter) { return "is more than any fare" }
    return "is not an amount in \(currency)"
  }

  func number(_ column: String) throws(RowProblem) -> Double {
    let text = try required(column)
    guard let number = Double(text), number.isFinite else {
      throw RowProblem(field: column, reason: "\"\(text)\" is not a number")
    }
    return number
  }

  /// A duration in seconds.
  func seconds(_ column: String) throws(RowProblem) -> Int {
    let number = try number(column)
    guard number >= 0, number < 1e6 else { throw RowProblem(field: column, reason: "\(text(column)) is no duration") }
    return Int(number)
  }

  /// A distance in metres.
  func meters(_ column: String, perUnit factor: Double) throws(RowProblem) -> Int {
    let number = try number(column)
    guard number >= 0, number < 1e6 else { throw RowProblem(field: column, reason: "\(text(column)) is no distance") }
    return Int((number * factor).rounded())
  }

  /// A place; nil where the receiver had no position, which is written as 0,0 or left out.
  func place(_ latitude: String, _ longitude: String) throws(RowProblem) -> Coordinate? {
    if text(latitude).isEmpty, text(longitude).isEmpty { return nil }
    let (north, east) = (try number(latitude), try number(longitude))
    if north == 0, east == 0 { return nil }
    guard abs(north) <= 90 else { throw RowProblem(field: latitude, reason: "\(north) is not between -90 and 90") }
    guard abs(east) <= 180 else { throw RowProblem(field: longitude, reason: "\(east) is not between -180 and 180") }
    return Coordinate(latitude: north, longitude: east)
  }

  /// A reading of a clock.
  func clock(_ column: String) throws(RowProblem) -> ClockReading {
    let text = try required(column)
    guard let reading = ClockReading(text) else {
      throw RowProblem(
        field: column,
        reason: "\"\(text)\" is not a time like 2019-01-15 03:36:12, with the year first and in four digits")
    }
    return reading
  }
}
