import EventStreams

/// Money that is held from a ride's request on, until the ride is paid or does not take place. What goes on meanwhile goes on by events: no handler
/// waits for a rider.
extension PaymentService {
  /// The effects of a request at a price, to be paid by card; the gateway has been asked by then.
  func hold(_ event: Event<RideRequested>) async throws -> Effects {
    let request = event.data
    guard let quote = request.quote, quote.price > 0, let payment = request.payment, payment.method == .card,
      let rider = request.riderID
    else { return .none }
    let ride = request.rideID
    // A ride is asked for once; and none that was paid is held for any more.
    guard try await event.shard.field(CardHold.hash, ride) == nil,
      try await event.shard.field(PaymentRecord.hash, ride) == nil
    else { return .none }
    let hold = CardHold(
      riderID: rider, city: request.city, card: payment.token, amount: quote.amount, request: event.id)
    if let reason = quote.refusal(at: event.timestamp) {
      var failed = AuthorisationFailed(ride, hold)
      failed.reason = reason
      return Effects { $0.publish(failed) }
    }
    let answer = try await gateway.hold(
      CardRequest(
        quote.amount, token: payment.token, key: event.id, rideID: ride, riderID: rider, city: request.city,
        since: event.earliest))
    return Effects { effects in
      effects.when(CardHold.hash, ride, .isAbsent) { Self.take(answer, hold, ride, at: event.timestamp, in: &$0) }
    }
  }

  /// The effects of the gateway's word that something has changed. How it stands is asked for: notices come late, twice, and out of order.
  func notice(_ event: Event<GatewayNotified>) async throws -> Effects {
    if let dispute = event.data.dispute { return try await contest(event, dispute) }
    if let refund = event.data.refund { return try await fail(event, refund) }
    let ride = event.data.rideID
    guard let (stored, hold) = try await held(ride, in: event.shard), let reference = hold.reference,
      reference.hasSameBytes(as: event.data.reference)
    else { return .none }
    let answer = try await gateway.hold(named: reference)
    switch answer {
    case .held where hold.isPending, .declined:
      return Effects { effects in
        effects.when(CardHold.hash, ride, .equals(stored)) {
          Self.take(answer, hold, ride, at: event.timestamp, because: event.id, in: &$0)
        }
      }
    case .held, .actionRequired, .tooLittle: return .none
    }
  }

  /// The effects of that the time is over for which money is held, or in which the rider could prove who it is.
  func end<Outcome>(_ event: Event<HoldEvent<Outcome>>) async throws -> Effects {
    guard let (stored, hold) = try await held(event.data.rideID, in: event.shard),
      hold.request.hasSameBytes(as: event.data.request),
      hold.isPending == (Outcome.self == HoldOutcomes.ActionEnded.self)
    else { return .none }
    let reason = hold.isPending ? "the rider has not proved in time who it is" : "it was held for long enough"
    return try await release(hold, stored, event.data.rideID, reason, because: event.id)
  }

  /// What is held for a ride, and how it is stored; nil if nothing is.
  func held(_ ride: String, in shard: OwnedShard) async throws -> (stored: String, hold: CardHold)? {
    guard let stored = try await shard.field(CardHold.hash, ride) else { return nil }
    var parser = JSONParser()
    return (stored, try CardHold(from: parser.parse(stored.utf8.span)))
  }

  /// Lets go of what is held at the gateway.
  func letGo(_ hold: CardHold) async throws {
    guard let reference = hold.reference else { return }
    guard try await gateway.release(hold: reference, key: "\(hold.request)/release") else {
      throw Unprocessable("\(reference) is to be let go, and somebody else has captured it at the gateway")
    }
  }

  func release(
    _ hold: CardHold, _ stored: String, _ ride: String, _ reason: String, because cause: String
  ) async throws -> Effects {
    try await letGo(hold)
    return Effects { effects in
      effects.when(CardHold.hash, ride, .equals(stored)) {
        Self.drop(hold, ride, reason, because: cause, in: &$0)
      }
    }
  }

  // MARK: Effects

  /// What a hold comes to by an answer of the gateway.
  private static func take(
    _ answer: HoldAnswer, _ hold: CardHold, _ ride: String, at time: Timestamp, because cause: String? = nil,
    in effects: inout Effects
  ) {
    var after = hold
    switch answer {
    case .held(let reference, let until):
      (after.reference, after.until, after.isPending) = (reference, until, false)
      effects.set(CardHold.hash, ride, to: after)
      if hold.isPending { effects.cancel(PaymentActionEnded(ride, hold).eventID) }
      var event = PaymentAuthorised(ride, after)
      event.cause = cause
      effects.publish(event)
      effects.publish(AuthorisationEnded(ride, after), due: until ?? time + CardHold.standardTime)
    case .actionRequired(let reference, let link):
      (after.reference, after.isPending) = (reference, true)
      effects.set(CardHold.hash, ride, to: after)
      var event = PaymentActionRequired(ride, after)
      (event.link, event.cause) = (link, cause)
      effects.publish(event)
      effects.publish(PaymentActionEnded(ride, after), due: time + CardHold.actionTime)
    case .declined(let reference, let reason, let isHard):
      after.reference = reference.isEmpty ? nil : reference
      drop(after, ride, reason, isHard: isHard, isRefused: hold.reference == nil, because: cause, in: &effects)
    case .tooLittle:
      after.amount = 0
      effects.publish(PaymentAuthorised(ride, after))
    }
  }

  /// A hold ends without a payment.
  ///
  /// - Parameter isRefused: true if there never was one.
  static func drop(
    _ hold: CardHold, _ ride: String, _ reason: String, isHard: Bool = false, isRefused: Bool = false,
    because cause: String?, in effects: inout Effects
  ) {
    if !isRefused {
      effects.remove(CardHold.hash, ride)
      cancelEnd(of: hold, ride, in: &effects)
    }
    func publish<Outcome>(_ event: HoldEvent<Outcome>) {
      var event = event
      (event.reason, event.isHard, event.cause) = (FreeText.cut(reason), isHard, cause)
      effects.publish(event)
    }
    if isRefused || hold.isPending {
      publish(AuthorisationFailed(ride, hold))
    } else {
      publish(AuthorisationReleased(ride, hold))
    }
  }

  /// A hold ends with a payment: it was used for that, or for nothing.
  static func finish(
    _ hold: CardHold?, _ ride: String, isUsed: Bool, _ reason: String, because cause: String, in effects: inout Effects
  ) {
    guard let hold else { return }
    guard isUsed else { return drop(hold, ride, reason, because: cause, in: &effects) }
    effects.remove(CardHold.hash, ride)
    cancelEnd(of: hold, ride, in: &effects)
  }

  /// What was to happen when its time is over.
  static func cancelEnd(of hold: CardHold, _ ride: String, in effects: inout Effects) {
    effects.cancel(
      hold.isPending ? PaymentActionEnded(ride, hold).eventID : AuthorisationEnded(ride, hold).eventID)
  }
}
