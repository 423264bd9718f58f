import EventStreams

/// The quantities that events state, each with its bounds: what is beyond them is no fact, and would overflow a sum.
///
/// Everything that reads a number from outside checks it here, where it comes in.
struct Quantity: Sendable {
  /// What is allowed.
  let range: ClosedRange<Int>
  /// What it is counted in, for people.
  let unit: String

  /// An amount of money, also one that is taken away.
  static let money = Quantity(range: -1_000_000_000_000_000...1_000_000_000_000_000, unit: "minor units")
  /// What a ride costs, or an item of it.
  static let fare = Quantity(range: 0...1_000_000_000_000, unit: "minor units")
  /// What a rider gives on top.
  static let tip = Quantity(range: 1...1_000_000_000_000, unit: "minor units")
  /// A way: 100,000 km.
  static let distance = Quantity(range: 0...100_000_000, unit: "metres")
  /// A time: a year.
  static let duration = Quantity(range: 0...31_622_400, unit: "seconds")
  /// How many there are of something.
  static let count = Quantity(range: 0...1_000_000_000, unit: "")
  /// A multiplier, in hundredths.
  static let percent = Quantity(range: 0...1_000_000, unit: "percent")
  /// What a fare is multiplied by, in tenths, which is never less than once.
  static let tenths = Quantity(range: 10...10_000, unit: "tenths")
  /// Attempts at what is owed.
  static let attempts = Quantity(range: 1...100, unit: "attempts")
  /// Cars in a cell.
  static let cars = Quantity(range: 0...100_000, unit: "cars")
  /// A share, in hundredths of a percent.
  static let basisPoints = Quantity(range: 0...10_000, unit: "basis points")
  /// A moment of the years 1970 to 9999.
  static let minute = Quantity(range: 0...4_223_371_679, unit: "minutes since 1970")
  /// What a rider gives.
  static let stars = Quantity(range: 1...5, unit: "")

  /// Throws unless a number is within the bounds.
  func check(_ number: Int, _ field: String) throws(JSONError) {
    guard !range.contains(number) else { return }
    let bounds = "\(number) is not between \(range.lowerBound) and \(range.upperBound)"
    throw JSONError(path: field, problem: unit.isEmpty ? bounds : "\(bounds) \(unit)")
  }
}

/// The texts that events hold beside names, each with its bound.
enum FreeText {
  /// Why something was done; what a service says about it.
  static let reason = 1000
  /// What a rider says.
  static let comment = 4000

  /// Throws if a text is longer than so many bytes.
  static func check(_ text: String?, _ field: String, longest: Int = reason) throws(JSONError) {
    guard let text, text.utf8.count > longest else { return }
    throw JSONError(path: field, problem: "is longer than \(longest) bytes")
  }

  /// The beginning of a text, as much of it as a reason may have.
  static func cut(_ text: String) -> String {
    text.utf8.count <= reason ? text : String(decoding: text.utf8.prefix(reason - 8), as: Unicode.UTF8.self) + "…"
  }
}
