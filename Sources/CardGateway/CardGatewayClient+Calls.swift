import SpanJSON

extension CardGatewayClient {
  /// What is to be paid, and by whom.
  public struct NewIntent: Sendable {
    /// In the gateway's units.
    public var amount: Int
    /// Three letters in capitals.
    public var currency: String
    /// What the gateway knows the card by: `pm_…`, or `cus_…/pm_…` of a customer's card, which can be charged again.
    public var card: String
    /// True if the money is to be held, and captured later.
    public var isHeld: Bool
    /// What is said of it, by which it is found again.
    public var metadata: [PaymentIntent.Metadata]

    /// What is to be paid.
    public init(
      amount: Int, currency: String, card: String, isHeld: Bool, metadata: [PaymentIntent.Metadata]
    ) {
      self.amount = amount
      self.currency = currency
      self.card = card
      self.isHeld = isHeld
      self.metadata = metadata
    }
  }

  /// Makes an intent, and moves nothing: the bank is asked when it is confirmed, by its name.
  public func create(_ intent: NewIntent, key: String) async throws(CardGatewayError) -> PaymentIntent {
    var body = FormBody([
      ("amount", "\(intent.amount)"), ("currency", intent.currency.lowercased()),
      ("capture_method", intent.isHeld ? "manual" : "automatic"), ("allowed_payment_method_types[]", "card"),
    ])
    var card = intent.card[...]
    if card.hasPrefix("cus_"), let slash = card.firstIndex(of: "/") {
      body.add("customer", String(card[..<slash]))
      card = card[card.index(after: slash)...]
    }
    body.add("payment_method", String(card))
    for item in intent.metadata { body.add("metadata[\(item.name)]", item.value) }
    return try await post("payment_intents", body, key: "\(key)/create")
  }

  /// Asks the bank for the money of an intent.
  ///
  /// - Parameter isRiderThere: true if the rider can be asked to prove who it is.
  public func confirm(_ intent: String, isRiderThere: Bool, key: String) async throws(CardGatewayError) -> PaymentIntent
  {
    var body = FormBody([("expand[]", "latest_charge")])
    if isRiderThere { body.add("return_url", settings.returnURL) } else { body.add("off_session", "true") }
    return try await post("payment_intents/\(Self.escaped(intent))/confirm", body, key: "\(key)/confirm")
  }

  /// Takes an amount of what is held, and lets the rest go.
  public func capture(_ amount: Int, of intent: String, key: String) async throws(CardGatewayError) -> PaymentIntent {
    try await post(
      "payment_intents/\(Self.escaped(intent))/capture", FormBody([("amount_to_capture", "\(amount)")]),
      key: "\(key)/capture")
  }

  /// Gives an intent up: what is held of it is let go.
  public func cancel(_ intent: String, key: String) async throws(CardGatewayError) -> PaymentIntent {
    try await post("payment_intents/\(Self.escaped(intent))/cancel", FormBody(), key: "\(key)/cancel")
  }

  /// An intent as it stands.
  public func intent(_ intent: String) async throws(CardGatewayError) -> PaymentIntent {
    try await get("payment_intents/\(Self.escaped(intent))", FormBody([("expand[]", "latest_charge")]))
  }

  /// The intents of which something was said. What was made within the last minute may be missing
  /// (https://docs.stripe.com/search#data-freshness).
  public func intents(saying item: PaymentIntent.Metadata) async throws(CardGatewayError) -> [PaymentIntent] {
    let value = item.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let page: GatewayPage<PaymentIntent> = try await get(
      "payment_intents/search", FormBody([("query", "metadata[\"\(item.name)\"]:\"\(value)\""), ("limit", "100")]))
    return page.items
  }

  /// Gives back a part of what was captured; of an intent, or of a charge that had none.
  public func refund(
    _ amount: Int, of intent: String, metadata: [PaymentIntent.Metadata], key: String
  ) async throws(CardGatewayError) -> CardRefund {
    var body = FormBody([(Self.parameter(naming: intent), intent), ("amount", "\(amount)")])
    for item in metadata { body.add("metadata[\(item.name)]", item.value) }
    return try await post("refunds", body, key: "\(key)/refund")
  }

  /// What went back of an intent, newest first.
  public func refunds(of intent: String) async throws(CardGatewayError) -> [CardRefund] {
    let page: GatewayPage<CardRefund> = try await get(
      "refunds", FormBody([(Self.parameter(naming: intent), intent), ("limit", "100")]))
    return page.items
  }

  /// A refund as it stands.
  public func refund(_ id: String) async throws(CardGatewayError) -> CardRefund {
    try await get("refunds/\(Self.escaped(id))")
  }

  /// A dispute as it stands.
  public func dispute(_ id: String) async throws(CardGatewayError) -> GatewayDispute {
    try await get("disputes/\(Self.escaped(id))")
  }

  /// All charges since a moment, newest first, page by page.
  ///
  /// - Parameters:
  ///   - since: in seconds since 1970.
  ///   - body: takes a page in.
  public func charges(
    since: Int?, _ body: ([CardCharge]) throws(CardGatewayError) -> Void
  ) async throws(CardGatewayError) {
    var last: String?
    while true {
      var query = FormBody([("limit", "100")])
      query.add("created[gte]", since.map { "\($0)" })
      query.add("starting_after", last)
      let page: GatewayPage<CardCharge> = try await get("charges", query)
      try body(page.items)
      guard page.hasMore, let end = page.items.last?.id, last?.hasSameBytes(as: end) != true else { return }
      last = end
    }
  }

  private static func parameter(naming money: String) -> String { money.hasPrefix("ch_") ? "charge" : "payment_intent" }

  /// A name within a path.
  private static func escaped(_ name: String) -> String { String(FormBody([(name, "")]).text.dropLast()) }
}
