/// A posting as it stands in an account.
struct BookedPosting: Hashable, Comparable, CustomStringConvertible {
  let account: String
  let amount: Money

  /// What the names of streams of entries begin with.
  static let streamPrefix = LedgerState.stream(Account(name: ""))

  init(_ entry: AccountEntry, stream: String) {
    account = String(stream.dropFirst(Self.streamPrefix.count))
    amount = entry.amount
  }

  static func < (a: BookedPosting, b: BookedPosting) -> Bool {
    (a.account, a.amount.currency.code, a.amount.minorUnits) < (b.account, b.amount.currency.code, b.amount.minorUnits)
  }

  var description: String { "\(account) \(amount)" }
}

extension [BookedPosting] {
  var text: String { isEmpty ? "nothing" : map(\.description).joined(separator: ", ") }

  /// True if the postings sum to zero in each currency.
  var isBalanced: Bool {
    [Currency: Int](summing: lazy.map(\.amount)).values.allSatisfy { $0 == 0 }
  }
}
