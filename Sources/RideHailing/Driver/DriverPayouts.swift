import EventStreams

/// The payouts of drivers' weeks: the part of the driver service that takes them off the accounts, and puts back what the bank returns.
struct DriverPayouts: Sendable {
  /// What it keeps of them.
  static let state = [StateHash(PayoutRecord.hash, of: .anything), StateHash(PayoutRun.hash, of: .anything)]

  /// What becomes of them.
  static let events: [any EventData.Type] = [PayoutOrdered.self, PayoutRefused.self]

  /// Has the service handle the events of payouts, in order per driver, and those of a run in order.
  func add(to service: inout EventService) {
    service.on(PayoutRequested.self) { try await order($0) }
    service.on(PayoutReturned.self) { try await putBack($0) }
    service.on(PayoutRunStarted.self) { event in
      Effects { effects in
        effects.when(PayoutRun.hash, event.data.run, .isAbsent) {
          $0.set(PayoutRun.hash, event.data.run, to: PayoutRun(event))
        }
      }
    }
    service.on(PayoutRunClosed.self) { event in
      guard var run: PayoutRun = try await event.shard.stored(PayoutRun.hash, event.data.run), run.closed == nil else {
        return .none
      }
      run.closed = event.entryID
      let closed = run
      return Effects { $0.set(PayoutRun.hash, event.data.run, to: closed) }
    }
  }

  /// A payout happens once, if so much is payable at the moment of the commit: never more than that, and nothing of less than nothing.
  private func order(_ event: Event<PayoutRequested>) async throws -> Effects {
    let payout = event.data
    if let known: PayoutRecord = try await event.shard.stored(PayoutRecord.hash, payout.payout) {
      return known.isOf(payout) ? .none : refusal(of: event, "another payout has the name \(payout.payout)")
    }
    let account = Account.driver(payout.driverID)
    let journal = try journal(event, .paidOut, [.debit(account, payout.money), .credit(.bank, payout.money)])
    let reason = "what is payable is below \(payout.money)"
    return Effects { effects in
      effects.when(PayoutRecord.hash, payout.payout, .isAbsent) {
        $0.when(LedgerState.balances, LedgerState.field(account, payout.currency), .isAtLeast(payout.amount)) {
          $0.set(PayoutRecord.hash, payout.payout, to: PayoutRecord(event))
          journal.post(to: &$0)
          $0.publish(payout.becoming(PayoutOrdered.self))
        } otherwise: {
          $0.set(PayoutRecord.hash, payout.payout, to: PayoutRecord(event, refusal: reason))
          $0.publish(payout.becoming(PayoutRefused.self, reason: reason))
        }
      }
    }
  }

  /// What the bank sends back is the driver's again, once.
  private func putBack(_ event: Event<PayoutReturned>) async throws -> Effects {
    let payout = event.data
    guard let stored = try await event.shard.field(PayoutRecord.hash, payout.payout),
      var record = PayoutRecord(stored: stored), record.refusal == nil
    else { return refusal(of: event, "no such payout was ordered in \(payout.city)") }
    guard record.isOf(payout) else {
      return refusal(of: event, "the payout was \(record.money) to \(record.driverID) in \(record.city)")
    }
    guard record.returned == nil else { return .none }
    record.returned = payout.reason ?? ""
    let account = Account.driver(payout.driverID)
    let journal = try journal(event, .returned, [.debit(.bank, payout.money), .credit(account, payout.money)])
    let returned = record
    return Effects { effects in
      effects.when(PayoutRecord.hash, payout.payout, .equals(stored)) {
        $0.set(PayoutRecord.hash, payout.payout, to: returned)
        journal.post(to: &$0)
      }
    }
  }

  private func refusal<What>(of event: Event<PayoutEvent<What>>, _ reason: String) -> Effects {
    let id = OutcomeID.of(
      PayoutRefused.eventType, cause: event.id, saying: [event.data.driverID, "\(event.data.money)", event.data.run])
    return Effects { $0.publish(event.data.becoming(PayoutRefused.self, reason: reason), id: id) }
  }

  private func journal<What>(
    _ event: Event<PayoutEvent<What>>, _ entry: AccountEntry.Kind, _ postings: [Posting]
  ) throws -> Journal {
    try Journal(
      id: "\(LedgerState.drivers):\(event.data.eventID)", kind: entry, effectiveAt: event.timestamp,
      recordedAt: event.entryID.recordedAt, reason: event.data.reason ?? event.data.payout, postings: postings)
  }
}
