import HiredisClient

/// Removes from an outbox what the shards have that it is for; answers how many entries were there.
struct SentCall: FunctionCall {
  static let function = "sent"
  static let keyNames = ["outbox", "sent"]

  let namespace: Namespace
  let service: String
  let shard: Int
  /// Shard -> the last entry that it has.
  let places: [Int: EntryID]
  let entries: [EntryID]

  var keys: [String] { [namespace.outbox(shard, service), namespace.sent(shard, service)] }

  func write(to arguments: inout Commands) {
    arguments.argument(places.count)
    for (target, place) in places.sorted(by: { $0.key < $1.key }) {
      arguments.argument(target)
      arguments.argument(place)
    }
    for entry in entries { arguments.argument(entry) }
  }

  typealias Answer = Int
}
