public import SpanJSON

/// Something that the gateway has told of itself: `{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{…}}}`. It is a hint that
/// something has changed, and no more: what has become of it is asked for.
public struct GatewayNotice: Sendable, Hashable {
  /// `evt_…`: the same for the same notice, however often it comes.
  public var id: String
  /// `payment_intent.succeeded`, `charge.dispute.created`, …
  public var type: String
  /// When, in seconds since 1970.
  public var created: Int
  /// What it is about.
  public var object: String
  /// The intent that it is about, or whose charge, refund or dispute.
  public var intent: String?
  /// What we have said of that.
  public var metadata: [PaymentIntent.Metadata]

  /// True if it is about a dispute: `object` is its name, and `intent` the payment that is contested.
  public var isDispute: Bool { type.hasPrefix("charge.dispute.") }

  /// True if it is about a refund: `object` is its name, and `intent` the payment whose money it is.
  public var isRefund: Bool { type.hasPrefix("refund.") || type.hasPrefix("charge.refund.") }

  /// What we have said under a name.
  public func said(_ name: String) -> String? { metadata.first { $0.name.hasSameBytes(as: name) }?.value }

  /// Reads a notice from a request's body.
  public static func read(_ body: [UInt8]) throws(JSONError) -> GatewayNotice {
    var parser = JSONParser()
    return try GatewayNotice(from: parser.parse(body.span))
  }
}

extension GatewayNotice: JSONReadable {
  /// Reads the gateway's `event`.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var envelope = try json.object()
    id = try envelope["id"]
    type = try envelope["type"]
    created = try envelope.optional("created") ?? 0
    let object = try envelope.with("data") { (data) throws(JSONError) in
      var fields = try data.object()
      return try fields.with("object") { (value) throws(JSONError) in try Subject(from: value) }
    }
    self.object = object.id
    intent = object.intent
    metadata = object.metadata
  }

  private struct Subject: JSONReadable {
    let id: String
    let intent: String?
    let metadata: [PaymentIntent.Metadata]

    init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      id = try object["id"]
      let kind: String? = try object.optional("object")
      intent = kind?.hasSameBytes(as: "payment_intent") == true ? id : try object.optional("payment_intent")
      metadata = try object.optional("metadata", as: MetadataObject.self)?.items ?? []
    }
  }
}
