public import EventStreams

/// A driver's month in one currency: what was earned, taken in cash and paid out between two balances. It adds up to the minor unit.
public struct DriverStatement: Sendable, JSONWritable {
  /// The currency of all amounts.
  public let currency: Currency
  /// The balance at the month's beginning.
  public let opening: Int
  /// Rides driven.
  public let trips: Int
  /// Rides that were called off, for a fee.
  public let cancellations: Int
  /// What the rides, fees and their corrections come to.
  public let earned: Earning
  /// Corrections of the account itself.
  public let adjustments: Int
  /// Money that came in.
  public let deposits: Int
  /// What was paid to the driver, less what the bank has sent back.
  public let payouts: Int
  /// The balance at the month's end.
  public let closing: Int
  /// What the driver took in cash, and keeps: it is paid already.
  public var cashCollected: Int { earned.cash }

  /// Whether the items explain the difference between the balances.
  public var addsUp: Bool { opening + earned.total + adjustments + deposits - payouts == closing }

  /// The statements of one driver and month, one per currency.
  ///
  /// - Parameter account: the driver's entries of the month.
  public static func statements(_ account: AccountStatement) -> [DriverStatement] {
    account.balances.map { closing in
      let currency = closing.currency
      let entries = account.lines.map(\.entry).filter { $0.amount.currency == currency }
      func sum(_ kinds: Set<AccountEntry.Kind>) -> Int {
        entries.filter { kinds.contains($0.kind) && $0.earning == nil }.reduce(0) { $0 + $1.amount.minorUnits }
      }
      return DriverStatement(
        currency: currency,
        opening: account.opening.first { $0.currency == currency }?.minorUnits ?? 0,
        trips: entries.count { $0.kind == .earned }, cancellations: entries.count { $0.kind == .cancelled },
        earned: entries.compactMap(\.earning).reduce(Earning(), +), adjustments: sum([.adjusted]),
        deposits: sum([.deposited]), payouts: -sum([.paidOut, .returned]), closing: closing.minorUnits)
    }
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("currency", currency)
      $0.field("opening", opening)
      $0.field("trips", trips)
      $0.field("cancellations", cancellations)
      $0.field("fares", earned.fare)
      $0.field("commission", earned.commission)
      $0.field("tips", earned.tips)
      $0.field("tolls", earned.tolls)
      $0.field("adjustments", adjustments)
      $0.field("deposits", deposits)
      $0.field("payouts", payouts)
      $0.field("closing", closing)
      $0.field("cashCollected", cashCollected)
    }
  }
}
