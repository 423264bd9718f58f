import Redis

/// Some events of a shard's history, and what one commit makes of them.
struct HistoryPage: Sendable {
  struct Letter: Sendable {
    let delivery: Delivery
    let json: [UInt8]
    let about: DeadLetter.About
    let isParked: Bool
  }

  let shard: OwnedShard
  private(set) var effects: FoldedEffects
  private(set) var letters: [Letter] = []
  /// The last event that is settled; nil if none is.
  private(set) var position: EntryID?
  /// Events settled.
  private(set) var count = 0
  /// Of these, events that went to the dead letters, and those parked behind them.
  var dead: (count: Int, parked: Int) {
    let parked = letters.count { $0.isParked }
    return (letters.count - parked, parked)
  }
  /// True if the log takes over after this page.
  var isLast = false

  /// - Parameter routes: where its follow-ups go; nil if all stay in the shard.
  init(shard: OwnedShard, routes: ShardRoutes? = nil) {
    self.shard = shard
    effects = FoldedEffects(routes: routes)
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

  /// The effects, with what is noted of letters that nobody read.
  ///
  /// - Parameter unread: the key of these notes.
  func effects(unread: String) -> FoldedEffects {
    var all = effects
    for letter in letters {
      if let need = letter.about.needs {
        all.add(Effects { $0.set(unread, letter.delivery.key, to: need) }, prefix: "", traceparent: nil)
      }
    }
    return all
  }

  private mutating func note(_ delivery: Delivery) {
    position = delivery.entryID
    count += 1
  }
}
