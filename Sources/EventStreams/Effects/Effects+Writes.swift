extension Effects {
  /// An effect as whoever checks or replays it reads it; more kinds may be added.
  public enum Write: Sendable, Hashable {
    /// A record for a stream of the service.
    case append(stream: String, record: [UInt8])
    /// An amount to add to a field.
    case increment(hash: String, field: String, amount: Int)
    /// A field's new value.
    case set(hash: String, field: String, value: String)
    /// A field that goes.
    case remove(hash: String, field: String)
    /// A hash or stream that goes after so many milliseconds.
    case expire(name: String, milliseconds: Int)
    /// A hash or stream that goes.
    case delete(name: String)
    /// An event, by type, identity and what chooses its shard.
    case publish(type: EventType, id: String, shardKey: String)
    /// An event that waits until it is due, by type, identity and what chooses its shard.
    case schedule(type: EventType, id: String, shardKey: String, due: Timestamp)
    /// An event that waits no more, by identity, and what chooses its shard; nil for the shard of the event being handled.
    case cancel(id: String, shardKey: String?)
  }

  /// What the effects write, in their order.
  ///
  /// - Parameter choose: makes the choices of conditional effects.
  public func writes(choosing choose: (Choice) -> Bool) -> [Write] {
    var writes: [Write] = []
    for step in steps {
      switch step {
      case .choice(let choice):
        writes += (choose(choice) ? choice.then : choice.otherwise).writes(choosing: choose)
      case .write(let write): writes.append(write)
      }
    }
    return writes
  }

  func write(_ effect: Effect) -> Write? {
    switch effect {
    case .append(let stream, let record):
      .append(stream: stream, record: bytes(record).withUnsafeBufferPointer { Array($0) })
    case .increment(let hash, let field, let amount): .increment(hash: hash, field: field, amount: amount)
    case .set(let hash, let field, let value):
      .set(
        hash: hash, field: field,
        value: bytes(value).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
    case .remove(let hash, let field): .remove(hash: hash, field: field)
    case .publish(let data, let id, _):
      .publish(type: type(of: data).eventType, id: id ?? data.eventID, shardKey: data.shardKey)
    case .schedule(let data, let id, _, let due):
      .schedule(type: type(of: data).eventType, id: id ?? data.eventID, shardKey: data.shardKey, due: due)
    case .cancel(let id, let shardKey): .cancel(id: id, shardKey: shardKey)
    case .expire(let name, let milliseconds): .expire(name: name, milliseconds: milliseconds)
    case .delete(let name): .delete(name: name)
    case .when, .skip: nil
    }
  }
}
