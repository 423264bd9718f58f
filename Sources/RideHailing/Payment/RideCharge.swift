public import EventStreams

/// Money that a rider has paid for a ride, in one go and from one source.
public struct RideCharge: Sendable, Hashable {
  /// The gateway's name for it; of wallet and cash, the journal that booked it.
  public let id: String
  /// Where it came from.
  public let source: Payment.Method
  /// In minor units.
  public let captured: Int
  /// What has gone back of it, never more than was captured.
  public internal(set) var refunded = 0

  /// What can still go back.
  public var remaining: Int { captured - refunded }

  init(id: String, source: Payment.Method, captured: Int) {
    self.id = id
    self.source = source
    self.captured = captured
  }
}

extension RideCharge: JSONReadable, JSONWritable {
  /// Reads it as it was written.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    id = try object["id"]
    source = try object["source"]
    captured = try object["captured"]
    refunded = try object.optional("refunded") ?? 0
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("id", id)
      $0.field("source", source)
      $0.field("captured", captured)
      if refunded != 0 { $0.field("refunded", refunded) }
    }
  }
}
