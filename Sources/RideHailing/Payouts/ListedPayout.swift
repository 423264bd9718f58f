public import EventStreams

/// A payout with its name, as it is listed.
public struct ListedPayout: Sendable, JSONWritable {
  /// Its name, which the bank is told.
  public let name: String
  /// What became of it.
  public let record: PayoutRecord

  /// A payout.
  public init(name: String, record: PayoutRecord) {
    self.name = name
    self.record = record
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("payout", name)
      $0.field("run", record.run)
      $0.field("driver", record.driverID)
      $0.field("city", record.city)
      $0.field("amount", record.amount)
      $0.field("currency", record.currency)
      $0.field("state", record.state)
      $0.field("reason", record.refusal ?? record.returned)
      $0.field("at", record.at)
    }
  }
}

/// A run of payouts, and what it has come to.
public struct ListedRun: Sendable, JSONWritable {
  /// The run.
  public let run: PayoutRun
  /// How many of its payouts are with the bank.
  public private(set) var ordered = 0
  /// How many were refused: more was asked for than was payable.
  public private(set) var refused = 0
  /// How many the bank has sent back.
  public private(set) var returned = 0
  /// What is with the bank, in minor units.
  public private(set) var total = 0

  init(_ run: PayoutRun, _ payouts: [PayoutRecord]) {
    self.run = run
    for payout in payouts {
      switch payout.state {
      case "refused": refused += 1
      case "returned": returned += 1
      default:
        ordered += 1
        total += payout.amount
      }
    }
  }

  /// One word for it: `open` until all is ordered, then `closed`.
  public var state: String { run.closed == nil ? "open" : "closed" }
  /// What is with the bank.
  public var money: Money { Money(total, run.rules.currency) }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("run", run.rules.run)
      $0.field("city", run.rules.city)
      $0.field("week", run.rules.week)
      $0.field("executeOn", run.rules.executeOn)
      $0.field("state", state)
      $0.field("at", run.at)
      $0.field("ordered", ordered)
      $0.field("refused", refused)
      $0.field("returned", returned)
      $0.field("amount", total)
      $0.field("currency", run.rules.currency)
    }
  }
}
