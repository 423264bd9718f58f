import EventStreams

/// A posting as it stands in an account.
struct BookedPosting: Hashable, Comparable, CustomStringConvertible {
  let account: Account
  let amount: Money

  init(_ posting: Posting) {
    account = posting.account
    amount = posting.amount
  }

  static func < (a: BookedPosting, b: BookedPosting) -> Bool {
    (Identifier(a.account.name), a.amount.currency.code, a.amount.minorUnits)
      < (Identifier(b.account.name), b.amount.currency.code, b.amount.minorUnits)
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
