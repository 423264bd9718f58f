import EventStreams

/// Why a row is no ride; the reader of the file adds the line.
struct RowProblem: Error {
  let field: String?
  let reason: String
}

/// A row's values by the names of their columns.
struct RowValues {
  let columns: [String: Int]
  let fields: [String]

  /// A value without the blanks around it; empty if the row has no such column.
  func text(_ name: String) -> String {
    guard let index = columns[name], index < fields.count else { return "" }
    let field = fields[index]
    guard field.first == " " || field.last == " " else { return field }
    return String(field.trimmingPrefix(while: { $0 == " " }).reversed().trimmingPrefix(while: { $0 == " " }).reversed())
  }

  func required(_ name: String) throws(RowProblem) -> String {
    let text = text(name)
    guard !text.isEmpty else { throw RowProblem(field: name, reason: "is empty") }
    return text
  }

  /// An amount of money in minor units.
  func amount(_ name: String, _ currency: Currency) throws(RowProblem) -> Int {
    let text = try required(name)
    guard let money = Money(decimal: text, currency) else {
      throw RowProblem(field: name, reason: "\"\(text)\" is not an amount in \(currency)")
    }
    return money.minorUnits
  }

  func number(_ name: String) throws(RowProblem) -> Double {
    let text = try required(name)
    guard let number = Double(text), number.isFinite else {
      throw RowProblem(field: name, reason: "\"\(text)\" is not a number")
    }
    return number
  }

  /// A distance in metres.
  func meters(_ name: String, perUnit factor: Double) throws(RowProblem) -> Int {
    let number = try number(name)
    guard number >= 0, number < 1e6 else { throw RowProblem(field: name, reason: "\(text(name)) is no distance") }
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
}
