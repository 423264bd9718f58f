import HiredisClient

/// Settles a batch of entries and applies their effects, if the lease is still this owner's: all of it or nothing.
struct CommitCall: FunctionCall {
  static let function = "commit"
  static let keyNames = ["prefix of the logs", "lease", "retry", "dead", "blocked", "redrive"]

  let namespace: Namespace
  let service: String
  let worker: String
  let batch: CommitBatch
  /// Of this commit in this epoch of the lease, from 1.
  let number: Int
  private let effects: FoldedEffects

  init(_ batch: CommitBatch, namespace: Namespace, service: String, worker: String, number: Int) {
    self.batch = batch
    self.namespace = namespace
    self.service = service
    self.worker = worker
    self.number = number
    effects = batch.effects(
      redriven: namespace.redriven(batch.shard.number, service), unread: namespace.unread(batch.shard.number, service))
  }

  var keys: [String] {
    let shard = batch.shard.number
    return [
      namespace.logs(shard), namespace.lease(shard, service), namespace.retry(shard, service),
      namespace.dead(shard, service),
      namespace.blocked(shard, service), namespace.redrive(shard, service),
    ] + effects.keys
  }

  func write(to arguments: inout Commands) {
    arguments.argument(service)
    arguments.argument(batch.shard.epoch)
    arguments.argument(number)
    arguments.argument(worker)
    arguments.argument(batch.position)
    arguments.argument(batch.open)
    switch batch.history {
    case nil: arguments.argument("")
    case let history?:
      arguments.argument(history.isEnd ? "end" : "history")
      arguments.arguments(counted: history.passed)
    }
    arguments.argument(batch.seams.count)
    for seam in batch.seams {
      arguments.argument(batch.shard.topics[seam.topic])
      arguments.argument(seam.after)
      arguments.argument(seam.before)
    }
    let used = batch.acknowledged.indices.filter { !batch.acknowledged[$0].isEmpty }
    arguments.argument(used.count)
    for topic in used {
      arguments.argument(name(of: topic))
      arguments.arguments(counted: batch.acknowledged[topic].sorted())
    }
    arguments.arguments(counted: batch.cleared)
    arguments.argument(batch.counted.count)
    for (delivery, deliveries, failures) in batch.counted {
      arguments.argument(name(of: delivery.topic))
      arguments.argument(delivery.entryID)
      arguments.argument(deliveries)
      arguments.argument(json: failures)
    }
    arguments.argument(batch.letters.count)
    for letter in batch.letters {
      arguments.argument(name(of: letter.delivery.topic))
      arguments.argument(letter.delivery.entryID)
      arguments.argument(letter.delivery.key)
      arguments.argument(letter.isParked ? "parked" : "dead")
      arguments.argument(json: letter.about)
      arguments.argument(letter.delivery.json ?? [])
    }
    arguments.argument(batch.handledLetter == nil ? 0 : 1)
    if let (delivery, id) = batch.handledLetter {
      arguments.argument(id)
      arguments.argument(delivery.key)
    }
    arguments.arguments(counted: batch.redriveEnded)
    arguments.argument(namespace.deduplicationTime.wholeMilliseconds)
    effects.encode(into: &arguments, firstKey: Self.keyNames.count + 1)
  }

  /// A history says nothing of topics.
  private func name(of topic: Int) -> String { batch.history == nil ? batch.shard.topics[topic] : "" }

  /// - Returns: the entries that were not parked, because their key is not blocked any more.
  static func answer(_ reply: ReplyNode) -> Set<EntryID> {
    var unparked: Set<EntryID> = []
    for position in stride(from: 2, to: reply.count, by: 1) {
      if let id = EntryID(utf8: reply[position].bytes) { unparked.insert(id) }
    }
    return unparked
  }
}
