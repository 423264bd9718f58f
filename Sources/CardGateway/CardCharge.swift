public import SpanJSON

/// What the gateway has done to a card: the line of its own list.
public struct CardCharge: Sendable, Hashable {
  /// `ch_…`
  public var id: String
  /// The intent by which it came about.
  public var intent: String?
  /// What was asked of the card, in the gateway's units.
  public var amount: Int
  /// What was captured of it.
  public var captured: Int
  /// What went back of that.
  public var refunded: Int
  /// True if it was let go before anything was captured.
  public var isReleased: Bool
  /// `eur`
  public var currency: String
  /// `succeeded`, `pending` or `failed`.
  public var status: String
  /// True if the rider's bank has taken it back, or tries to.
  public var isDisputed: Bool
  /// When, in seconds since 1970.
  public var created: Int
  /// What we have said of it.
  public var metadata: [PaymentIntent.Metadata]

  /// What we have said of it under a name.
  public func said(_ name: String) -> String? { metadata.first { $0.name.hasSameBytes(as: name) }?.value }
}

extension CardCharge: JSONReadable {
  /// Reads the gateway's `charge`.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    id = try object["id"]
    intent = try object.optional("payment_intent")
    amount = try object["amount"]
    refunded = try object.optional("amount_refunded") ?? 0
    let isCaptured: Bool = try object.optional("captured") ?? false
    status = try object.optional("status") ?? "succeeded"
    captured =
      try object.optional("amount_captured") ?? (isCaptured && status.hasSameBytes(as: "succeeded") ? amount : 0)
    let isReturned: Bool = try object.optional("refunded") ?? false
    isReleased = captured == 0 && isReturned
    currency = try object["currency"]
    isDisputed = try object.optional("disputed") ?? false
    created = try object.optional("created") ?? 0
    metadata = try object.optional("metadata", as: MetadataObject.self)?.items ?? []
  }
}
