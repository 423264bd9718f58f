/// What a worker says of itself to the others of its service, so that all come to the same assignment of the shards.
struct RosterNote: Sendable, Hashable, JSONReadable, JSONWritable {
  /// The shards that it holds.
  var shards: Set<Int> = []
  /// What it reads; nil if it doesn't say.
  var reads: ReadingScope?
  /// What it has found in shards and does not read.
  var unread: [Int: Set<ReadingNeed>] = [:]

  init(shards: Set<Int> = [], reads: ReadingScope? = nil, unread: [Int: Set<ReadingNeed>] = [:]) {
    self.shards = shards
    self.reads = reads
    self.unread = unread
  }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    shards = Set(try object["shards"] as [Int])
    reads = try object.optional("reads")
    for found: Found in try object.optional("unread") ?? [] { unread[found.shard] = Set(found.needs) }
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("shards", shards.sorted())
      $0.field("reads", reads)
      if !unread.isEmpty { $0.field("unread", unread.map { Found(shard: $0, needs: Array($1)) }) }
    }
  }

  private struct Found: JSONReadable, JSONWritable {
    let shard: Int
    let needs: [ReadingNeed]

    init(shard: Int, needs: [ReadingNeed]) {
      self.shard = shard
      self.needs = needs
    }

    init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      shard = try object["shard"]
      needs = try object["needs"]
    }

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("shard", shard)
        $0.field("needs", needs)
      }
    }
  }
}
