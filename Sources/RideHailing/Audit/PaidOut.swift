import EventStreams

/// What moved the accounts that money can be taken out of, to see whether there was enough each time.
struct PaidOut {
  /// Money that went out of an account on which there was less.
  struct Overdraft {
    let account: Account
    let journal: String
    let amount: Money
    let before: Money
  }

  private struct Movement {
    let account: Account
    let entry: AccountEntry
    let committedAt: Timestamp

    var isOut: Bool { (entry.kind == .paidOut || entry.kind == .withdrew) && entry.amount.minorUnits < 0 }

    /// In the order in which they were committed. What was written in one millisecond may stand in several streams, whose order nobody knows:
    /// of that, what came in counts first.
    static func isEarlier(_ a: Movement, _ b: Movement) -> Bool {
      (a.committedAt, a.entry.recordedAt, a.isOut ? 1 : 0) < (b.committedAt, b.entry.recordedAt, b.isOut ? 1 : 0)
    }
  }

  /// By `<account>|<currency>`: what has left came to,
  private let before: [Identifier: Int]
  /// and was recorded before this moment; what went out before it is not looked at any more.
  private let start: Timestamp

  /// Begins with what has left.
  init(after sums: [Identifier: Int], until start: Timestamp?) {
    before = sums
    self.start = start ?? .earliest
  }

  /// By `<account>|<currency>`.
  private var movements: [Identifier: [Movement]] = [:]
  private var isPaidOut: Set<Identifier> = []

  /// Takes in what a journal does to accounts of holders.
  mutating func add(_ journal: Journal, _ committed: EntryID) {
    for posting in journal.postings where posting.account.holder != nil {
      let field = Identifier(LedgerState.field(posting.account, posting.amount.currency))
      let movement = Movement(
        account: posting.account, entry: journal.entry(posting), committedAt: committed.recordedAt)
      movements[field, default: []].append(movement)
      if movement.isOut { isPaidOut.insert(field) }
    }
  }

  /// Where money went out that was not there.
  var overdrafts: [Overdraft] {
    var overdrafts: [Overdraft] = []
    for field in isPaidOut.sorted() {
      var balance = before[field] ?? 0
      for movement in (movements[field] ?? []).sorted(by: Movement.isEarlier) {
        let amount = movement.entry.amount
        if movement.isOut, movement.entry.recordedAt >= start, balance + amount.minorUnits < 0 {
          overdrafts.append(
            Overdraft(
              account: movement.account, journal: movement.entry.journal, amount: -amount,
              before: Money(balance, amount.currency)))
        }
        balance += amount.minorUnits
      }
    }
    return overdrafts
  }
}
