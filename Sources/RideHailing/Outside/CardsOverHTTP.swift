public import CardGateway
public import EventStreams

/// Cards through a gateway that speaks Stripe's API over HTTP.
///
/// Money moves by an intent's name alone: an intent is made first, which moves nothing, and then confirmed, captured or given up, each of which
/// the gateway does once for it, whatever it remembers of keys. So all that must not be forgotten is which intent was made for what. As long as the
/// gateway knows the key it says so again; later, the intent is looked up by what was said of it.
public struct CardsOverHTTP: PaymentGateway {
  /// What is said of each intent and refund: the name of what it is for, which names ride, rider and city.
  enum Said {
    static let key = "rides_key"
    static let ride = "ride"
    static let rider = "rider"
    static let city = "city"
  }

  /// Keys live for at least 24 hours (https://docs.stripe.com/api/idempotent_requests).
  static let keyMemory = Duration.seconds(20 * 3600)
  /// A failure is kept under its key, and said again: what is to be tried anew needs another one. So many are tried.
  static let generations = 6

  let client: CardGatewayClient
  private let now: @Sendable () -> Timestamp

  /// The gateway behind a client.
  ///
  /// - Parameter now: the time; the clock's, except in tests.
  public init(_ client: CardGatewayClient, now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }) {
    self.client = client
    self.now = now
  }

  /// Enough for 300 captures a second at 300 ms each, and for as many charges of two calls.
  public var concurrency: Int { 192 }

  /// Whether it can be told in the gateway's units, and is not too little.
  public func isChargeable(_ amount: Money) -> Bool { Self.chargeable(amount) != nil }

  /// As the gateway's list says.
  public func least(in currency: Currency) -> Int {
    let units = Self.units(of: currency)
    return units.minorUnits(units.minimum, isoDigits: currency.minorUnitDigits) ?? 1
  }

  // MARK: Payments

  /// Makes an intent and has the bank hold its amount.
  public func hold(_ request: CardRequest) async throws -> HoldAnswer {
    guard let amount = Self.chargeable(request.amount) else { return .tooLittle }
    return try await attempting {
      try answer(try await paid(request, amount, isHeld: true))
    } declined: {
      .declined(reference: $0.intent ?? "", reason: $0.reason, isHard: $0.isHard)
    }
  }

  /// Asks how it stands.
  public func hold(named reference: String) async throws -> HoldAnswer {
    try await attempting {
      try answer(try await client.intent(reference))
    } declined: {
      .declined(reference: reference, reason: $0.reason, isHard: $0.isHard)
    }
  }

  /// Makes an intent and has the bank pay it.
  public func charge(_ request: CardRequest) async throws -> ChargeResult {
    guard let amount = Self.chargeable(request.amount) else {
      return .declined(
        reference: "", reason: "too little, or too finely divided, to be charged to a card", isHard: true)
    }
    return try await attempting {
      let intent = try await paid(request, amount, isHeld: false)
      switch intent.status {
      case .succeeded: return .captured(reference: intent.id)
      case .requiresAction:
        // Nobody is there to do anything; and nobody shall do it later.
        _ = try await client.cancel(intent.id, key: CardGatewayClient.name(of: request.key))
        throw CardGatewayError.declined(Decline(code: "authentication_required", intent: intent.id))
      default: throw Self.pending(intent)
      }
    } declined: {
      .declined(reference: $0.intent ?? "", reason: $0.reason, isHard: $0.isHard)
    }
  }

  /// Captures by the intent's name.
  public func capture(_ request: CardRequest, ofHold reference: String) async throws -> ChargeResult {
    guard let amount = Self.chargeable(request.amount) else {
      return .declined(
        reference: reference, reason: "too little, or too finely divided, to be charged to a card", isHard: true)
    }
    return try await attempting {
      let intent = try await settled(reference, by: .capture(amount), key: request.key)
      guard intent.status == .succeeded else {
        return .declined(reference: reference, reason: "nothing is held any more")
      }
      guard intent.received == amount else {
        throw Unprocessable(
          "the gateway has captured \(intent.received) of \(reference), and \(amount) was to be captured")
      }
      return .captured(reference: reference)
    } declined: {
      .declined(reference: reference, reason: $0.reason, isHard: $0.isHard)
    }
  }

  /// Gives the intent up.
  public func release(hold reference: String, key: String) async throws -> Bool {
    try await attempting {
      let intent = try await settled(reference, by: .cancel, key: key)
      return intent.status == .canceled
    } declined: {
      throw Unprocessable("the gateway declines to let go of \(reference): \($0.reason)")
    }
  }

  // MARK: Refunds

  /// Gives back, and looks first whether it has where the gateway may have forgotten the key.
  public func refund(_ request: CardRequest, ofCharge charge: String) async throws -> String {
    let units = Self.units(of: request.amount.currency)
    guard let amount = units.amount(request.amount) else {
      throw Unprocessable("\(request.amount) is too finely divided to go back to a card")
    }
    let name = CardGatewayClient.name(of: request.key)
    return try await attempting {
      if isOld(request), let known = try await refund(of: charge, called: name) { return known.id }
      for generation in 0..<Self.generations {
        switch await refunded(amount, request, charge, key: "\(name)-\(generation)") {
        case .success(let refund): return refund.id
        case .failure(.failed): if let known = try await refund(of: charge, called: name) { return known.id }
        case .failure(let error): throw error
        }
      }
      throw Self.gaveUp
    } declined: {
      throw Unprocessable("the gateway declines to give \(request.amount) of \(charge) back: \($0.reason)")
    }
  }

  private func refunded(
    _ amount: Int, _ request: CardRequest, _ charge: String, key: String
  ) async -> Result<CardRefund, CardGatewayError> {
    do throws(CardGatewayError) {
      return .success(try await client.refund(amount, of: charge, metadata: said(of: request), key: key))
    } catch {
      return .failure(error)
    }
  }

  private func refund(of charge: String, called name: String) async throws(CardGatewayError) -> CardRefund? {
    try await client.refunds(of: charge).first { refund in
      !refund.isVain
        && refund.metadata.contains { $0.name.hasSameBytes(as: Said.key) && $0.value.hasSameBytes(as: name) }
    }
  }

  /// Asks how it stands.
  public func refund(named reference: String) async throws -> RefundAnswer? {
    try await attempting {
      let refund = try await client.refund(reference)
      guard refund.isVain, let currency = Currency(refund.currency.uppercased()),
        let amount = Self.units(of: currency).minorUnits(refund.amount, isoDigits: currency.minorUnitDigits)
      else { return nil }
      let reason = refund.failureReason?.replacing("_", with: " ") ?? refund.status
      return RefundAnswer(amount: Money(amount, currency), reason: FreeText.cut(reason))
    } declined: { _ in
      nil
    }
  }

  // MARK: Disputes

  /// What a dispute costs, in the currency in which the gateway settles; nil if nothing.
  private static func fee(_ fees: [GatewayDispute.Fee]) -> Money? {
    guard let code = fees.first(where: { $0.amount != 0 })?.currency.uppercased(), let currency = Currency(code) else {
      return nil
    }
    let sum = fees.reduce(0) { $0 + ($1.currency.uppercased().hasSameBytes(as: code) ? $1.amount : 0) }
    return units(of: currency).minorUnits(sum, isoDigits: currency.minorUnitDigits).map { Money($0, currency) }
  }

  /// Asks how it stands. An inquiry of the bank, of which nothing has been taken yet, is none.
  public func dispute(named reference: String) async throws -> DisputeAnswer? {
    try await attempting {
      let dispute = try await client.dispute(reference)
      guard !dispute.status.hasPrefix("warning_"), let currency = Currency(dispute.currency.uppercased()) else {
        return nil
      }
      let units = Self.units(of: currency)
      guard let amount = units.minorUnits(dispute.amount, isoDigits: currency.minorUnitDigits) else { return nil }
      return DisputeAnswer(
        amount: Money(amount, currency), reason: FreeText.cut(dispute.reason),
        status: RideDispute.Status(rawValue: dispute.status) ?? .open, fee: Self.fee(dispute.fees))
    } declined: { _ in
      nil
    }
  }

  // MARK: What is common

  private func answer(_ intent: PaymentIntent) throws -> HoldAnswer {
    switch intent.status {
    case .requiresCapture, .succeeded:
      return .held(
        reference: intent.id, until: intent.heldUntil.map { Timestamp(secondsSinceEpoch: Int64($0)) })
    case .requiresAction: return .actionRequired(reference: intent.id, link: intent.link)
    case .requiresPaymentMethod: throw CardGatewayError.declined(Self.decline(of: intent))
    case .canceled: return .declined(reference: intent.id, reason: "it was given up", isHard: false)
    case .requiresConfirmation, .processing, .unknown: throw Self.pending(intent)
    }
  }

  static func decline(of intent: PaymentIntent) -> Decline {
    Decline(code: intent.declineCode ?? "generic_decline", intent: intent.id)
  }

  private static func pending(_ intent: PaymentIntent) -> RetryLater {
    RetryLater(
      after: .seconds(5), "the bank has not answered about \(intent.id) yet: \(intent.status.rawValue)",
      countsAsAttempt: false)
  }

  /// Whether the gateway may have forgotten the key.
  func isOld(_ request: CardRequest) -> Bool { request.since + Self.keyMemory < now() }

  func said(of request: CardRequest) -> [PaymentIntent.Metadata] {
    [
      PaymentIntent.Metadata(Said.key, CardGatewayClient.name(of: request.key)),
      PaymentIntent.Metadata(Said.ride, request.rideID), PaymentIntent.Metadata(Said.rider, request.riderID),
      PaymentIntent.Metadata(Said.city, request.city),
    ]
  }

  static let gaveUp = CardGatewayError.failed("it has failed \(generations) times")

  static func units(of currency: Currency) -> GatewayUnits { GatewayUnits(currency: currency.code) }

  /// An amount in the gateway's units; nil if it can't be charged.
  private static func chargeable(_ amount: Money) -> Int? {
    let units = units(of: amount.currency)
    return units.amount(amount).flatMap { $0 >= units.minimum ? $0 : nil }
  }

  /// What the gateway refuses is an answer, or nothing that a further attempt could help, or is tried again.
  private func attempting<Answer>(
    _ body: () async throws -> Answer, declined: (Decline) throws -> Answer
  ) async throws -> Answer {
    do {
      return try await body()
    } catch let error as CardGatewayError {
      if Task.isCancelled { throw CancellationError() }
      switch error {
      case .declined(let decline): return try declined(decline)
      // The card is none that it knows.
      case .refused(_, let code, let parameter?, _)
      where parameter.hasPrefix("payment_method") || parameter.hasSameBytes(as: "customer"):
        return try declined(Decline(code: code ?? "resource_missing"))
      case .refused: throw Unprocessable("\(error)")
      // Nothing was done, and nothing is wrong with the event.
      case .busy(_, let seconds):
        throw RetryLater(after: .seconds(seconds ?? 1), "\(error)", countsAsAttempt: false)
      case .unauthorized, .failed, .unanswered: throw error
      }
    }
  }
}

extension Decline {
  /// The bank's word, for people.
  fileprivate var reason: String { code.replacing("_", with: " ") }
}

extension GatewayUnits {
  fileprivate func amount(_ money: Money) -> Int? {
    amount(money.minorUnits, isoDigits: money.currency.minorUnitDigits)
  }
}
