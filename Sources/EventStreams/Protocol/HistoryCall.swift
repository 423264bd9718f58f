import Redis

/// Settles a page of a service's history and applies its effects, if the lease is still this owner's: all of it or nothing.
struct HistoryCall: FunctionCall {
  static let function = "history"
  static let keyNames = ["prefix of the logs", "lease", "dead", "blocked", "redrive"]

  let namespace: Namespace
  let service: String
  let worker: String
  let page: HistoryPage
  /// Of this commit in this epoch of the lease.
  let number: Int
  /// The position if nothing was settled.
  let start: EntryID

  private var effects: FoldedEffects { page.effects(unread: namespace.unread(page.shard.number, service)) }

  var keys: [String] {
    let shard = page.shard.number
    return [
      namespace.logs(shard), namespace.lease(shard, service), namespace.dead(shard, service),
      namespace.blocked(shard, service),
      namespace.redrive(shard, service),
    ] + effects.keys
  }

  func write(to arguments: inout Commands) {
    arguments.argument(service)
    arguments.argument(page.shard.epoch)
    arguments.argument(number)
    arguments.argument(worker)
    arguments.argument(page.position ?? start)
    arguments.argument(page.isLast ? 1 : 0)
    arguments.argument(page.letters.count)
    for letter in page.letters {
      arguments.argument(letter.delivery.entryID)
      arguments.argument(letter.delivery.key)
      arguments.argument(letter.isParked ? "parked" : "dead")
      arguments.argument(json: letter.about)
      arguments.argument(letter.json)
    }
    effects.encode(into: &arguments, firstKey: Self.keyNames.count + 1)
  }

  static func answer(_ reply: ReplyNode) {}
}
