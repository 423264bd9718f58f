import EventStreams

/// What happens to the accounts of riders, or of drivers, besides rides: the part of the service that keeps them.
struct HolderAccounts: Sendable {
  let kind: AccountHolder.Kind
  /// What follows from a deposit besides.
  private let deposited: @Sendable (Event<AccountDeposited>) async throws -> Effects

  init(
    kind: AccountHolder.Kind,
    deposited: @escaping @Sendable (Event<AccountDeposited>) async throws -> Effects = { _ in .none }
  ) {
    self.kind = kind
    self.deposited = deposited
  }

  /// Hash: account -> when it was opened.
  static let opened = "opened"
  /// Hash: movement -> whose account was to be moved, and by how much.
  static let movements = "movements"

  /// What a service that keeps accounts stores of them, but for balances, which are held against their entries.
  static let state = [
    StateHash(movements, of: .movement), StateHash(opened, of: .account), StateHash(LedgerState.buckets, of: .anything),
    StateHash(LedgerState.closed, of: .anything),
  ]

  /// What becomes of withdrawals, and of movements under a name that another has.
  static let events: [any EventData.Type] = [
    AccountWithdrawn.self, AccountWithdrawalRefused.self, AccountMovementRefused.self,
  ]

  /// Has a service handle the events of its accounts, in order per account.
  func add(to service: inout EventService) {
    service.on(AccountOpened.self, orderedBy: { $0.holder.description }) { try open($0) }
    service.on(AccountDeposited.self, orderedBy: { $0.holder.description }) {
      guard $0.data.holder.kind == kind else { return .none }
      return try book($0, .deposited, from: .bank, try await deposited($0))
    }
    service.on(AccountAdjusted.self, orderedBy: { $0.holder.description }) {
      try book($0, .adjusted, from: .platform)
    }
    service.on(AccountWithdrawalRequested.self, orderedBy: { $0.holder.description }) { try withdraw($0) }
  }

  /// An account is opened once.
  private func open(_ event: Event<AccountOpened>) throws -> Effects {
    guard event.data.holder.kind == kind else { return .none }
    let name = event.data.holder.description
    let journal = try journal(event, .opened, [.credit(event.data.holder.account, Money(0, event.data.currency))])
    return Effects { effects in
      effects.when(Self.opened, name, .isAbsent) {
        $0.set(Self.opened, name, to: event.timestamp.description)
        journal.post(to: &$0)
      }
    }
  }

  private func book<What>(
    _ event: Event<AccountEvent<What>>, _ entry: AccountEntry.Kind, from source: Account, _ more: Effects = .none
  ) throws -> Effects {
    let data = event.data
    guard data.holder.kind == kind else { return .none }
    let journal = try journal(event, entry, [.debit(source, data.money), .credit(data.holder.account, data.money)])
    return once(event) {
      journal.post(to: &$0)
      $0 += more
    }
  }

  /// Money goes out if there is enough of it at the moment of the commit, whoever else wants it at the same time. A driver's balance is
  /// net of the cash that the driver holds.
  private func withdraw(_ event: Event<AccountWithdrawalRequested>) throws -> Effects {
    var data = event.data
    guard data.holder.kind == kind else { return .none }
    // What becomes of one that nobody named is told apart from what becomes of others.
    if data.isUnnamed { data.movement = event.id }
    let account = data.holder.account
    let journal = try journal(
      event, kind == .driver ? .paidOut : .withdrew, [.debit(account, data.money), .credit(.bank, data.money)])
    let reason =
      kind == .driver ? "what is payable is below \(data.money)" : "the balance is below \(data.money)"
    return once(event) {
      $0.when(LedgerState.balances, LedgerState.field(account, data.currency), .isAtLeast(data.amount)) {
        journal.post(to: &$0)
        $0.publish(data.becoming(AccountWithdrawn.self))
      } otherwise: {
        $0.publish(data.becoming(AccountWithdrawalRefused.self, reason: reason))
      }
    }
  }

  /// A movement happens once, however often and under whatever ids it is published. What comes under its name and is another is refused.
  private func once<What>(
    _ event: Event<AccountEvent<What>>, _ build: (inout Effects) -> Void
  ) -> Effects {
    let (movement, data) = (name(event), event.data)
    let what = data.whatMoves
    return Effects { effects in
      effects.when(Self.movements, movement, .isAbsent) {
        $0.set(Self.movements, movement, to: what)
        build(&$0)
      } otherwise: {
        $0.when(Self.movements, movement, .equals(what)) { _ in
        } otherwise: {
          let reason = "another movement of \(What.eventType) has the name \(data.movement)"
          $0.publish(
            data.becoming(AccountMovementRefused.self, reason: reason),
            id: data.refusalAsAnother(event.id))
        }
      }
    }
  }

  /// The movement's name; of one that nobody named, the event's id is it.
  private func name<What>(_ event: Event<AccountEvent<What>>) -> String {
    let data = event.data
    return data.isUnnamed ? event.id : data.eventID
  }

  private func journal<What>(
    _ event: Event<AccountEvent<What>>, _ entry: AccountEntry.Kind, _ postings: [Posting]
  ) throws -> Journal {
    try Journal(
      id: "\(kind == .rider ? LedgerState.riders : LedgerState.drivers):\(name(event))", kind: entry,
      effectiveAt: event.timestamp,
      recordedAt: event.entryID.recordedAt, reason: event.data.reason, postings: postings)
  }
}
