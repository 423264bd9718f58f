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
    /// An event, by type and identity.
    case publish(type: EventType, id: String)
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
      case .effect(let effect): Self.add(effect, to: &writes)
      }
    }
    return writes
  }

  private static func add(_ effect: Effect, to writes: inout [Write]) {
    switch effect {
    case .append(let stream, let record): writes.append(.append(stream: stream, record: record))
    case .increment(let hash, let field, let amount):
      writes.append(.increment(hash: hash, field: field, amount: amount))
    case .set(let hash, let fields):
      for (field, value) in fields { writes.append(.set(hash: hash, field: field, value: value)) }
    case .remove(let hash, let field): writes.append(.remove(hash: hash, field: field))
    case .publish(let data, let id, _):
      writes.append(.publish(type: type(of: data).eventType, id: id ?? data.eventID))
    case .expire(let name, let milliseconds): writes.append(.expire(name: name, milliseconds: milliseconds))
    case .when, .skip: break
    }
  }
}
