extension Effects {
  /// An effect as whoever checks or replays it reads it.
  public struct Reading: Sendable, Hashable {
    /// What is written; more kinds may be added.
    public enum Content: Sendable, Hashable {
      /// A record for a stream of the service.
      case append(stream: String, record: [UInt8])
      /// An amount to add to a field.
      case increment(hash: String, field: String, amount: Int)
      /// A field's new value.
      case set(hash: String, field: String, value: String)
      /// A field that goes.
      case remove(hash: String, field: String)
      /// An event, by type and identity.
      case publish(type: EventType, id: String)
    }

    /// What is written.
    public let content: Content
    /// True if it is applied only when a field of the state is as expected.
    public let isConditional: Bool
  }

  /// What the effects write, in their order, without conditions and lifetimes.
  public var readings: [Reading] {
    var readings: [Reading] = []
    var conditional = 0
    for effect in effects {
      let isConditional = conditional > 0
      conditional = max(0, conditional - 1)
      func add(_ content: Reading.Content) {
        readings.append(Reading(content: content, isConditional: isConditional))
      }
      switch effect {
      case .append(let stream, let record):
        add(.append(stream: stream, record: bytes(record).withUnsafeBufferPointer { Array($0) }))
      case .increment(let hash, let field, let amount): add(.increment(hash: hash, field: field, amount: amount))
      case .set(let hash, let field, let value):
        let text = bytes(value).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        add(.set(hash: hash, field: field, value: text))
      case .remove(let hash, let field): add(.remove(hash: hash, field: field))
      case .publish(let data, let id, _): add(.publish(type: type(of: data).eventType, id: id ?? data.eventID))
      case .when(_, _, _, let count): conditional = max(conditional, count)
      case .expire: break
      }
    }
    return readings
  }
}
