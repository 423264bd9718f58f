public import EventStreams

/// Sends the rider the receipt of a completed ride when it is known what became of the payment, and again when that changes.
///
/// What a receipt needs of the ride is kept from its completion on; payments, refunds and corrections come after it.
public struct NotificationService: Sendable {
  private let mail: any MailDelivery
  private let cities: Cities
  /// Whether a tip makes another version: always, but when history is handled once more.
  private let tellsTips: @Sendable () -> Bool

  /// A service whose receipts go out this way, by the clocks and measures of these cities.
  public init(mail: any MailDelivery, cities: Cities = Cities()) {
    self.init(mail: mail, cities: cities) { true }
  }

  init(mail: any MailDelivery, cities: Cities = Cities(), tellsTips: @escaping @Sendable () -> Bool) {
    self.mail = mail
    self.cities = cities
    self.tellsTips = tellsTips
  }

  /// The consumer group and its handlers; in order per ride, whatever key a producer gave.
  public var service: EventService {
    var service = EventService(Self.name, concurrency: 8)
    add(to: &service, RideCompleted.self, { $0.rideID }) {
      try await RideRecords.refusal(of: $0.data, in: $0) == nil ? keep($0) : .none
    }
    add(to: &service, CancellationCharged.self, { $0.rideID }) { try await keepFee($0) }
    add(to: &service, FareAdjusted.self, { $0.rideID }) { try await change($0) }
    add(to: &service, PaymentCaptured.self, { $0.rideID }) { try await settle($0) }
    add(to: &service, PaymentFailed.self, { $0.rideID }) { try await settle($0) }
    add(to: &service, RefundFailed.self, { $0.rideID }) { try await settle($0) }
    add(to: &service, PaymentWrittenOff.self, { $0.rideID }) { try await settle($0) }
    add(to: &service, PaymentRefunded.self, { $0.rideID }) { try await settle($0) }
    add(to: &service, TipCaptured.self, { $0.rideID }) { try await tell($0) }
    service.keep(Self.rides)
    return service
  }

  private func add<Data: EventData>(
    to service: inout EventService, _ type: Data.Type, _ ride: @escaping @Sendable (Data) -> String,
    _ handler: @escaping @Sendable (Event<Data>) async throws -> Effects
  ) {
    service.on(type, orderedBy: ride, reading: { [StateField(Receipt.hash, ride($0))] }, handler)
  }

  /// The effects of a completed ride: what its receipt needs is kept, once.
  private func keep(_ event: Event<RideCompleted>) -> Effects {
    let receipt = Receipt(event.data, at: event.data.completedAt ?? event.timestamp)
    return Effects { effects in
      effects.when(Receipt.hash, receipt.rideID, .isAbsent) {
        RideRecords.note(receipt.rideID, ended: receipt.at, recorded: event.entryID.recordedAt, in: &$0)
        $0.set(Receipt.hash, receipt.rideID, to: receipt)
      }
    }
  }

  /// The effects of a fee for a ride that did not take place: the same. A completion that payment refuses may have come before it.
  private func keepFee(_ event: Event<CancellationCharged>) async throws -> Effects {
    let receipt = Receipt(event.data)
    let before = try await self.receipt(receipt.rideID, in: event.shard)
    guard before?.isCancelled != true else { return .none }
    return Effects { effects in
      if before == nil {
        RideRecords.note(receipt.rideID, ended: receipt.at, recorded: event.entryID.recordedAt, in: &effects)
      }
      effects.set(Receipt.hash, receipt.rideID, to: receipt)
    }
  }

  /// The effects of another fare. What becomes of the difference follows; without one the rider is told now.
  private func change(_ event: Event<FareAdjusted>) async throws -> Effects {
    guard let fare = event.data.newFare, var receipt = try await receipt(event.data.rideID, in: event.shard) else {
      return .none
    }
    let before = receipt
    guard receipt.take(.fare(fare), of: event.id) else { return .none }
    let isAll = fare.total == before.fare.total && before.version > 0
    return try await send(&receipt, after: before, hasOtherItems: isAll, isDue: isAll, because: event)
  }

  /// The effects of what became of the ride's money.
  private func settle<Outcome>(_ event: Event<PaymentEvent<Outcome>>) async throws -> Effects {
    let payment = event.data
    // None of a ride that nobody completed, or that ended before the service began.
    guard var receipt = try await receipt(payment.rideID, in: event.shard),
      payment.currency == receipt.fare.currency
    else { return .none }
    let before = receipt
    // Why something is given up is no reason of a bank.
    let failure = Outcome.self == PaymentOutcomes.Failed.self ? payment.reason : nil
    guard receipt.take(.standing(payment.standing(after: before.amounts), failure: failure), of: event.id) else {
      return .none
    }
    return try await send(&receipt, after: before, isDue: true, because: event)
  }

  /// The effects of a tip after the ride's end, which is no part of the fare. Who has no address is told nothing of it, and no receipt waits for it.
  private func tell(_ event: Event<TipCaptured>) async throws -> Effects {
    let tip = event.data
    guard tellsTips(), var receipt = try await receipt(tip.rideID, in: event.shard), receipt.email != nil,
      receipt.version > 0, tip.currency == receipt.fare.currency
    else { return .none }
    let before = receipt
    guard receipt.take(.tip(tip.amount), of: event.id) else { return .none }
    return try await send(&receipt, after: before, isDue: true, because: event)
  }

  /// The effects of a receipt that has changed; if the rider is to be told, the mail has been delivered by then, or refused for good.
  private func send<Cause>(
    _ receipt: inout Receipt, after before: Receipt, hasOtherItems: Bool = false, isDue: Bool,
    because cause: Event<Cause>
  ) async throws -> Effects {
    let isNew = isDue && receipt.issue(hasOtherItems: hasOtherItems)
    if isNew, let email = receipt.email {
      let version = ReceiptMail(
        receipt: receipt, email: email, before: before, at: cause.timestamp, city: cities[receipt.city])
      do {
        // Its name follows from ride and version: a mail that is delivered again is the same mail.
        try await mail.deliver(version.mail)
      } catch let refused as MailRefused {
        receipt.refusal = FreeText.cut("\(refused)")
      }
    }
    return Effects { effects in
      effects.set(Receipt.hash, receipt.rideID, to: receipt)
      guard isNew else { return }
      if let failed = ReceiptFailed(receipt, because: cause.id) {
        effects.publish(failed)
      } else if let sent = ReceiptSent(receipt, because: cause.id) {
        effects.publish(sent)
      }
    }
  }

  private func receipt(_ ride: String, in shard: OwnedShard) async throws -> Receipt? {
    guard let text = try await shard.field(Receipt.hash, ride) else { return nil }
    var parser = JSONParser()
    return try Receipt(from: parser.parse(text.utf8.span))
  }
}

extension PaymentEvent {
  /// The ride's money after it; of an event from before that was told, as far as the event itself tells.
  fileprivate func standing(after before: PaymentStanding) -> PaymentStanding {
    if let standing { return standing }
    var standing = before
    if Self.eventType == PaymentCaptured.eventType {
      switch method {
      case .card: standing.card += amount
      case .wallet: standing.wallet += amount
      case .cash: standing.cash += amount
      }
      standing.owed -= amount
    }
    return standing
  }
}
