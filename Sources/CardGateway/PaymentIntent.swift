public import SpanJSON

/// What the gateway knows of money that is to be paid by card: the thing by whose name money moves.
public struct PaymentIntent: Sendable, Hashable {
  /// How far it has come (https://docs.stripe.com/payments/paymentintents/lifecycle).
  public enum Status: String, Sendable, Hashable {
    /// The card was declined, or there is none.
    case requiresPaymentMethod = "requires_payment_method"
    /// It is there, and nothing has been asked of the bank.
    case requiresConfirmation = "requires_confirmation"
    /// The rider must prove who it is.
    case requiresAction = "requires_action"
    /// The bank has not answered yet.
    case processing
    /// The money is held.
    case requiresCapture = "requires_capture"
    /// It was given up: nothing is held any more.
    case canceled
    /// The money is ours.
    case succeeded
    /// Something that was not there when this was written.
    case unknown
  }

  /// `pi_…`
  public var id: String
  /// How far it has come.
  public var status: Status
  /// What it is about, in the gateway's units.
  public var amount: Int
  /// What is held of it and could be captured.
  public var capturable: Int
  /// What was captured.
  public var received: Int
  /// Three letters, as the gateway writes them: `eur`.
  public var currency: String
  /// What we have said of it.
  public var metadata: [Metadata]
  /// When it was made, in seconds since 1970.
  public var created: Int
  /// Where the rider proves who it is.
  public var link: String?
  /// Until when the money is held, in seconds since 1970, if the gateway says so.
  public var heldUntil: Int?
  /// Why the last attempt failed.
  public var declineCode: String?

  /// A name and what it means to us.
  public struct Metadata: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// What it says.
    public let value: String

    /// What is said of something.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What we have said of it under a name.
  public func said(_ name: String) -> String? { metadata.first { $0.name.hasSameBytes(as: name) }?.value }
}

extension PaymentIntent: JSONReadable {
  /// Reads the gateway's `payment_intent`.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    id = try object["id"]
    let text: String = try object["status"]
    status = Status(rawValue: text) ?? .unknown
    amount = try object["amount"]
    currency = try object["currency"]
    created = try object.optional("created") ?? 0
    metadata = try object.optional("metadata", as: MetadataObject.self)?.items ?? []
    let action: NextAction? = try object.optional("next_action")
    link = action?.url
    let problem: LastError? = try object.optional("last_payment_error")
    declineCode = problem?.code
    let charge: LatestCharge? = try object.optional("latest_charge")
    heldUntil = charge?.captureBefore
    capturable = try object.optional("amount_capturable") ?? (status == .requiresCapture ? amount : 0)
    received =
      try object.optional("amount_received")
      ?? (status == .succeeded ? amount - (charge?.refundedAtCapture ?? 0) : 0)
  }

  private struct NextAction: JSONReadable {
    let url: String?

    init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      let redirect: Redirect? = try object.optional("redirect_to_url")
      url = redirect?.url
    }
  }

  private struct Redirect: JSONReadable {
    let url: String?

    init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      url = try object.optional("url")
    }
  }

  private struct LastError: JSONReadable {
    let code: String?

    init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      let own: String? = try object.optional("code")
      code = try object.optional("decline_code") ?? own
    }
  }

  /// The charge, if it was asked to be told whole.
  private struct LatestCharge: JSONReadable {
    let captureBefore: Int?
    let refundedAtCapture: Int?

    init(from json: borrowing JSONValue) throws(JSONError) {
      guard json.kind == .object else {
        (captureBefore, refundedAtCapture) = (nil, nil)
        return
      }
      var object = try json.object()
      let details: Details? = try object.optional("payment_method_details")
      captureBefore = details?.captureBefore
      refundedAtCapture = try object.optional("amount_refunded")
    }
  }

  private struct Details: JSONReadable {
    let captureBefore: Int?

    init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      let card: Card? = try object.optional("card")
      captureBefore = card?.captureBefore
    }
  }

  private struct Card: JSONReadable {
    let captureBefore: Int?

    init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      captureBefore = try object.optional("capture_before")
    }
  }
}
