extension [Currency: Int] {
  /// What amounts come to, in minor units by currency.
  ///
  /// Exact whatever lies between: only a sum that is itself beyond 64 bits is told as the number nearest to it.
  package init(summing amounts: some Sequence<Money>) {
    var sums: [Currency: Int128] = [:]
    for amount in amounts { sums[amount.currency, default: 0] += Int128(amount.minorUnits) }
    self = sums.mapValues { Int(clamping: $0) }
  }

  /// The same as amounts, by the currencies' codes.
  package var amounts: [Money] {
    sorted { $0.key.code < $1.key.code }.map { Money($0.value, $0.key) }
  }
}

/// A sum of money is beyond what 64 bits hold.
public struct MoneyOverflow: Error, Sendable, CustomStringConvertible {
  /// What was summed up.
  let what: String

  /// What it says to people.
  public var description: String { "the sum of \(what) is beyond what can be counted: 2^63 minor units" }
}

extension Dictionary where Value == Int {
  /// Adds to a sum.
  mutating func add(_ amount: Int, to key: Key) throws(MoneyOverflow) {
    let (sum, overflow) = self[key, default: 0].addingReportingOverflow(amount)
    guard !overflow else { throw MoneyOverflow(what: "\(key)") }
    self[key] = sum
  }
}
