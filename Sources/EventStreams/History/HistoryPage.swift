import Redis

/// Some events of a shard's history, and what one commit makes of them.
struct HistoryPage: Sendable {
  private struct Letter: Sendable {
    let delivery: Delivery
    let json: [UInt8]
    let about: DeadLetter.About
    let isParked: Bool
  }

  let shard: OwnedShard
  private(set) var effects = FoldedEffects()
  private var letters: [Letter] = []
  /// The last event that is settled; nil if none is.
  private(set) var position: StreamID?
  /// Events settled.
  private(set) var count = 0
  /// Of these, events that went to the dead letters, and those parked behind them.
  var dead: (count: Int, parked: Int) {
    let parked = letters.count { $0.isParked }
    return (letters.count - parked, parked)
  }
  /// True if the log takes over after this page.
  var isLast = false

  init(shard: OwnedShard) {
    self.shard = shard
  }

  mutating func settle(_ delivery: Delivery, _ effects: Effects, prefix: String) {
    note(delivery)
    if !effects.isEmpty { self.effects.add(effects, prefix: prefix, traceparent: delivery.header.traceparent) }
  }

  /// Moves an event to the dead letters, with its text: the log may not hold it any more.
  mutating func bury(_ delivery: Delivery, json: [UInt8], about: DeadLetter.About, isParked: Bool) {
    note(delivery)
    letters.append(Letter(delivery: delivery, json: json, about: about, isParked: isParked))
  }

  private mutating func note(_ delivery: Delivery) {
    position = delivery.streamID
    count += 1
  }

  /// Writes the call that commits it.
  ///
  /// - Parameters:
  ///   - number: of this commit in this term of the lease.
  ///   - start: the position if nothing was settled.
  func encode(
    into commands: inout Commands, topic: Topic, service: String, worker: String, number: Int, after start: StreamID
  ) {
    commands.open()
    commands.argument("FCALL")
    commands.argument(FunctionLibrary.history)
    commands.argument(5 + effects.keys.count)
    commands.argument(topic.log(shard.number))
    commands.argument(topic.lease(shard.number, service))
    commands.argument(topic.dead(shard.number, service))
    commands.argument(topic.blocked(shard.number, service))
    commands.argument(topic.redrive(shard.number, service))
    for key in effects.keys { commands.argument(key) }
    commands.argument(service)
    commands.argument(shard.term)
    commands.argument(number)
    commands.argument(worker)
    commands.argument(position ?? start)
    commands.argument(isLast ? 1 : 0)
    commands.argument(letters.count)
    for letter in letters {
      commands.argument(letter.delivery.streamID)
      commands.argument(letter.delivery.key)
      commands.argument(letter.isParked ? "parked" : "dead")
      commands.argument(JSONWriter.bytes(of: letter.about))
      commands.argument(letter.json)
    }
    effects.encode(into: &commands, log: 1, firstKey: 6)
    commands.close()
  }
}
