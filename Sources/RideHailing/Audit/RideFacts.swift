import EventStreams

/// What the events of a ride say happened to its money, each event once: the facts that the books are held against.
struct RideFacts {
  /// A completion, or a fee for a ride that did not take place.
  struct Completion {
    let fare: Fare
    let driverID: String
    /// What the driver took for it.
    let cash: Int
    /// The id of its refusal, if it was refused; nil of a fee.
    let refusal: String?
  }

  /// A fee, as a cancellation says it, or as it was charged.
  struct Fee: Hashable {
    let amount: Money
    let riderID: Identifier
    let driverID: Identifier
  }

  /// What was held on a card.
  struct Hold {
    let amount: Money
    /// How often it is said to be let go.
    var releases = 0
  }

  /// A payment that is contested.
  struct Dispute {
    let charge: Identifier
    let amount: Money
    /// How often it is said to be opened, won and lost.
    var outcomes: [RideDispute.Status] = []
    /// What the gateway has taken for it.
    var fee: Money?
  }

  /// What was captured from a card.
  struct CardCharge {
    var captured = 0
    var refunded = 0
    /// What of that the card could not have.
    var failed = 0
    /// How often it was captured.
    var times = 0
  }

  /// The completions that were not refused, the first of which was booked.
  private(set) var completions: [Completion] = []
  /// The price that was held for whoever asked for it.
  private(set) var quote: Quote?
  /// The last corrected fare; nil if it was never corrected.
  private(set) var correctedFare: Fare?
  /// What the platform gave.
  private(set) var waived = 0
  /// What was captured, and what of that went back, by where it came from.
  private(set) var captured: [Payment.Method: Int] = [:]
  private(set) var returned: [Payment.Method: Int] = [:]
  /// Charges by the gateway's name.
  private(set) var charges: [Identifier: CardCharge] = [:]
  /// How often the completion, or a correction, was settled: captured or failed.
  private(set) var settlements: [Identifier: Int] = [:]
  /// What was given up, by what led to it; and what could lead to that.
  private(set) var writtenOff: [Identifier: [Int]] = [:]
  private(set) var givenUp: Set<Identifier> = []
  /// Where the ride's money has come from, as the last outcome says.
  private(set) var standing: PaymentStanding?
  /// The driver's share, as the last one says.
  private(set) var paid: DriverPaid?
  /// The fees that cancellations say, and those that were charged.
  private(set) var asked: [Fee] = []
  private(set) var fees: [Fee] = []
  /// What was held, by the gateway's name.
  private(set) var holds: [Identifier: Hold] = [:]
  /// The tips that were given, and how often each was taken or refused: by the id of the event that asked for it.
  private(set) var given: [Identifier: Money] = [:]
  private(set) var taken: [Identifier: [Money]] = [:]
  private(set) var refusedTips: Set<Identifier> = []
  /// By the gateway's name for them.
  private(set) var disputes: [Identifier: Dispute] = [:]
  /// What was paid in tips after its end, by where it came from.
  private(set) var tips: [Payment.Method: Int] = [:]
  /// The receipts that were sent, by version.
  private(set) var receipts: [Int: ReceiptSent] = [:]
  /// The versions whose mail was refused.
  private(set) var refusedReceipts: Set<Int> = []

  /// The fare as corrected; nil if nothing tells.
  var fare: Fare? { correctedFare ?? completions.first?.fare }
  /// What was captured from a source less what went back.
  func net(_ method: Payment.Method) -> Int { captured[method, default: 0] - returned[method, default: 0] }
  /// What was paid in tips after its end.
  var tipped: Int { tips.values.reduce(0, +) }
  /// What the driver took for the ride.
  var cashTaken: Int { completions.first?.cash ?? 0 }

  // MARK: Events

  mutating func hold(_ price: Quote) { quote = quote ?? price }

  mutating func add(_ ride: RideCompleted, event: String) {
    completions.append(
      Completion(
        fare: ride.fare, driverID: ride.driverID,
        cash: ride.payment.method == .cash ? ride.fare.total : 0,
        refusal: CompletionRefused.id(of: event, saying: ride)))
  }

  mutating func add(_ refusal: CompletionRefused, event: String) {
    completions.removeAll { $0.refusal?.hasSameBytes(as: event) == true }
  }

  mutating func add(_ cancelled: RideCancelled) {
    guard let amount = cancelled.feeAmount, let rider = cancelled.riderID, let driver = cancelled.driverID else {
      return
    }
    asked.append(Fee(amount: amount, riderID: Identifier(rider), driverID: Identifier(driver)))
  }

  mutating func add(_ charged: CancellationCharged) {
    completions.append(Completion(fare: charged.fare, driverID: charged.driverID, cash: 0, refusal: nil))
    fees.append(
      Fee(
        amount: charged.fare.amount, riderID: Identifier(charged.riderID), driverID: Identifier(charged.driverID)))
  }

  mutating func add(_ hold: PaymentAuthorised) {
    guard let reference = hold.reference, holds[reference] == nil else { return }
    holds[reference] = Hold(amount: Money(hold.amount, hold.currency))
  }

  mutating func add(_ hold: AuthorisationReleased) {
    if let reference = hold.reference { holds[reference]?.releases += 1 }
  }

  mutating func add(_ adjustment: FareAdjusted) {
    if let fare = adjustment.newFare { correctedFare = fare }
  }

  mutating func add(_ refund: RideRefunded) { waived += refund.amount ?? 0 }

  mutating func add(_ payment: PaymentCaptured) {
    captured[payment.method, default: 0] += payment.amount
    settlements[Self.leg(payment), default: 0] += 1
    if !payment.charges.isEmpty {
      payment.charges.forEach { capture($0) }
    } else if let reference = payment.reference {
      capture(ChargePart(charge: reference, amount: payment.amount))
    }
    standing = payment.standing
  }

  /// What was to be paid: the ride, a correction, or what was owed once more.
  private static func leg<Outcome>(_ payment: PaymentEvent<Outcome>) -> Identifier {
    Identifier(payment.cause ?? "\(payment.correction ?? "")\(payment.retry.map { "~\($0)" } ?? "")")
  }

  private mutating func capture(_ part: ChargePart) {
    charges[part.charge, default: CardCharge()].captured += part.amount
    charges[part.charge, default: CardCharge()].times += 1
  }

  mutating func add(_ payment: PaymentFailed) {
    for part in payment.charges {
      captured[payment.method, default: 0] += part.amount
      capture(part)
    }
    settlements[Self.leg(payment), default: 0] += 1
    standing = payment.standing
  }

  mutating func add(_ refund: PaymentRefunded) {
    for part in refund.refunds {
      returned[part.source, default: 0] += part.amount
      if part.source == .card { charges[part.charge, default: CardCharge()].refunded += part.amount }
    }
    standing = refund.standing
  }

  mutating func add(_ failed: RefundFailed) {
    for part in failed.refunds { charges[part.charge, default: CardCharge()].failed += part.amount }
    standing = failed.standing
  }

  /// What cards could not have, and is in the wallet.
  var inWallet: Int { charges.values.reduce(0) { $0 + $1.failed } }

  /// What the gateway has taken for disputes.
  var gatewayFees: [Currency: Int] {
    disputes.values.reduce(into: [:]) { fees, dispute in
      if let fee = dispute.fee { fees[fee.currency, default: 0] += fee.minorUnits }
    }
  }

  mutating func add(_ written: PaymentWrittenOff) {
    writtenOff[written.cause ?? "", default: []].append(written.amount)
    standing = written.standing
  }

  /// Takes in that what is owed is to be given up.
  mutating func giveUp(because event: String) { givenUp.insert(Identifier(event)) }

  mutating func add<Outcome>(_ event: DisputeEvent<Outcome>, _ status: RideDispute.Status) {
    var dispute =
      disputes[event.dispute] ?? Dispute(charge: Identifier(event.charge), amount: Money(event.amount, event.currency))
    dispute.outcomes.append(status)
    // The last word on it.
    if status != .open || dispute.outcomes.count == 1 { dispute.fee = event.fee }
    disputes[event.dispute] = dispute
  }

  /// What banks have taken by disputes that stand so, in minor units.
  func disputed(_ status: RideDispute.Status) -> Int {
    disputes.values.reduce(0) { $0 + ($1.outcomes.max { $0.rank < $1.rank } == status ? $1.amount.minorUnits : 0) }
  }

  mutating func add(_ tip: RideTipped) { given[tip.eventID] = given[tip.eventID] ?? tip.money }

  mutating func add(_ tip: TipCaptured) {
    tips[tip.method, default: 0] += tip.amount
    taken[tip.tipped, default: []].append(Money(tip.amount, tip.currency))
  }

  mutating func add(_ tip: TipRefused) { refusedTips.insert(tip.tipped) }

  mutating func add(_ share: DriverPaid) { paid = share }

  mutating func add(_ receipt: ReceiptSent) { receipts[receipt.version] = receipt }

  mutating func add(_ receipt: ReceiptFailed) { refusedReceipts.insert(receipt.version) }
}

extension RideDispute.Status {
  /// Of several that are said of one dispute, the last one counts.
  fileprivate var rank: Int { self == .open ? 0 : 1 }
}
