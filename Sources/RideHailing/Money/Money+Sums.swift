extension [Currency: Int] {
  /// What amounts come to, in minor units by currency.
  init(summing amounts: some Sequence<Money>) {
    self.init()
    for amount in amounts { self[amount.currency, default: 0] += amount.minorUnits }
  }

  /// The same as amounts, by the currencies' codes.
  var amounts: [Money] {
    sorted { $0.key.code < $1.key.code }.map { Money($0.value, $0.key) }
  }
}
