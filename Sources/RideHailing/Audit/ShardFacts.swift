import EventStreams

/// What the events of one shard say, by ride and by account.
struct ShardFacts {
  private(set) var rides: [Identifier: RideFacts] = [:]
  /// `<account>|<currency>` -> what came in and went out besides rides.
  private(set) var movements: [Identifier: Int] = [:]
  /// Movements that were taken in: a movement happens once, under whatever ids its events are published.
  private var seen: Set<Identifier> = []
  /// Payout -> what was taken off the driver's account for it; 0 when it has come back.
  private var payouts: [Identifier: Int] = [:]

  /// What was captured of the charges that are contested, in minor units: of a charge that paid several rides, for all of them.
  var contested: [Identifier: Int] {
    let contested = Set(rides.values.flatMap { $0.disputes.values.map(\.charge) })
    guard !contested.isEmpty else { return [:] }
    return rides.values.reduce(into: [:]) { sums, facts in
      for (charge, part) in facts.charges where contested.contains(charge) {
        sums[charge, default: 0] += part.captured
      }
    }
  }

  /// Takes in an event that was not there before; what can't be read is no fact.
  mutating func add(_ event: RecordedEvent, _ header: EventHeader) {
    let json = event.json.span
    do throws(JSONError) {
      switch header.type {
      case RideRequested.eventType:
        let request = try RideRequested(ofEvent: json)
        if let quote = request.quote, quote.refusal(at: header.timestamp) == nil {
          rides[request.rideID, default: RideFacts()].hold(quote)
        }
      case RideCompleted.eventType:
        let ride = try RideCompleted(ofEvent: json)
        rides[ride.rideID, default: RideFacts()].add(ride, event: header.id)
      case CompletionRefused.eventType:
        let refusal = try CompletionRefused(ofEvent: json)
        rides[refusal.rideID, default: RideFacts()].add(refusal, event: header.id)
      case RideCancelled.eventType:
        let cancelled = try RideCancelled(ofEvent: json)
        rides[cancelled.rideID, default: RideFacts()].add(cancelled)
      case CancellationCharged.eventType:
        let charged = try CancellationCharged(ofEvent: json)
        rides[charged.rideID, default: RideFacts()].add(charged)
      case PaymentAuthorised.eventType:
        let hold = try PaymentAuthorised(ofEvent: json)
        rides[hold.rideID, default: RideFacts()].add(hold)
      case AuthorisationReleased.eventType:
        let hold = try AuthorisationReleased(ofEvent: json)
        rides[hold.rideID, default: RideFacts()].add(hold)
      case RideTipped.eventType:
        let tip = try RideTipped(ofEvent: json)
        rides[tip.rideID, default: RideFacts()].add(tip)
      case TipRefused.eventType:
        let tip = try TipRefused(ofEvent: json)
        rides[tip.rideID, default: RideFacts()].add(tip)
      case DisputeOpened.eventType:
        let event = try DisputeOpened(ofEvent: json)
        rides[event.rideID, default: RideFacts()].add(event, .open)
      case DisputeWon.eventType:
        let event = try DisputeWon(ofEvent: json)
        rides[event.rideID, default: RideFacts()].add(event, .won)
      case DisputeLost.eventType:
        let event = try DisputeLost(ofEvent: json)
        rides[event.rideID, default: RideFacts()].add(event, .lost)
      case FareAdjusted.eventType:
        let adjustment = try FareAdjusted(ofEvent: json)
        rides[adjustment.rideID, default: RideFacts()].add(adjustment)
      case RideRefunded.eventType:
        let refund = try RideRefunded(ofEvent: json)
        rides[refund.rideID, default: RideFacts()].add(refund)
      case PaymentCaptured.eventType:
        let payment = try PaymentCaptured(ofEvent: json)
        rides[payment.rideID, default: RideFacts()].add(payment)
      case PaymentFailed.eventType:
        let payment = try PaymentFailed(ofEvent: json)
        rides[payment.rideID, default: RideFacts()].add(payment)
      case PaymentRefunded.eventType:
        let refund = try PaymentRefunded(ofEvent: json)
        rides[refund.rideID, default: RideFacts()].add(refund)
      case PaymentWrittenOff.eventType:
        let written = try PaymentWrittenOff(ofEvent: json)
        rides[written.rideID, default: RideFacts()].add(written)
      case RefundFailed.eventType:
        let failed = try RefundFailed(ofEvent: json)
        rides[failed.rideID, default: RideFacts()].add(failed)
      case WriteOffRequested.eventType:
        let request = try WriteOffRequested(ofEvent: json)
        rides[request.rideID, default: RideFacts()].giveUp(because: header.id)
      case ArrearsEnded.eventType:
        let ended = try ArrearsEnded(ofEvent: json)
        rides[ended.rideID, default: RideFacts()].giveUp(because: header.id)
      case TipCaptured.eventType:
        let tip = try TipCaptured(ofEvent: json)
        rides[tip.rideID, default: RideFacts()].add(tip)
      case DriverPaid.eventType:
        let share = try DriverPaid(ofEvent: json)
        rides[share.rideID, default: RideFacts()].add(share)
      case ReceiptFailed.eventType:
        let receipt = try ReceiptFailed(ofEvent: json)
        rides[receipt.rideID, default: RideFacts()].add(receipt)
      case ReceiptSent.eventType:
        let receipt = try ReceiptSent(ofEvent: json)
        rides[receipt.rideID, default: RideFacts()].add(receipt)
      case AccountDeposited.eventType: move(try AccountDeposited(ofEvent: json), header, 1)
      case AccountAdjusted.eventType: move(try AccountAdjusted(ofEvent: json), header, 1)
      case AccountWithdrawn.eventType: move(try AccountWithdrawn(ofEvent: json), header, -1)
      case PayoutOrdered.eventType:
        let payout = try PayoutOrdered(ofEvent: json)
        guard payouts[payout.payout] == nil else { return }
        payouts[payout.payout] = payout.amount
        pay(payout, -payout.amount)
      case PayoutReturned.eventType:
        // What was never ordered, or has come back already, comes to nothing.
        let payout = try PayoutReturned(ofEvent: json)
        guard payouts[payout.payout] == payout.amount else { return }
        payouts[payout.payout] = 0
        pay(payout, payout.amount)
      default: break
      }
    } catch {
      // It is in the dead letters.
    }
  }

  private mutating func pay<What>(_ payout: PayoutEvent<What>, _ amount: Int) {
    movements["\(Account.driver(payout.driverID).name)|\(payout.currency)", default: 0] += amount
  }

  private mutating func move<What>(_ event: AccountEvent<What>, _ header: EventHeader, _ sign: Int) {
    // One that nobody named is called by its event.
    guard seen.insert(event.isUnnamed ? header.id : event.eventID) else { return }
    movements["\(event.holder.account.name)|\(event.currency)", default: 0] += sign * event.amount
  }
}
