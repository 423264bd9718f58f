public import EventStreams
public import HiredisClient

/// Reads what services have stored, over all shards.
public struct ServiceState: Sendable {
  let namespace: Namespace
  let connection: Connection

  /// The state of a namespace's services.
  public init(namespace: Namespace, connection: Connection) {
    self.namespace = namespace
    self.connection = connection
  }

  /// 0 ..< shard count
  public var shards: Range<Int> { namespace.shards }

  /// A value with the shard it is in.
  public struct Found<Value: Sendable>: Sendable {
    /// The shard.
    public let shard: Int
    /// The value.
    public let value: Value
  }

  /// One field of a hash, in each shard that has it.
  public func field(_ service: String, _ hash: String, _ field: String) async throws -> [Found<String>] {
    var commands = Commands()
    for shard in namespace.shards { commands.append("HGET", namespace.state(shard, service, hash), field) }
    return try Self.strings(await connection.send(commands))
  }

  /// One field of a hash in the shard of a shard key, which is the only one that is asked; nil if it has none.
  ///
  /// - Parameters:
  ///   - service: whose state it is in.
  ///   - hash: the hash's name.
  ///   - field: the field's name.
  ///   - shardKey: of the events that it comes from: a ride's city.
  public func field(_ service: String, _ hash: String, _ field: String, shardKey: String) async throws -> String? {
    let key = namespace.state(namespace.shard(of: shardKey), service, hash)
    return try Self.string(await connection.call("HGET", key, field))
  }

  private static func string(_ reply: borrowing Reply) throws(RedisError) -> String? { try reply.root.optionalString() }

  private static func strings(_ replies: borrowing Replies) throws -> [Found<String>] {
    var found: [Found<String>] = []
    for shard in 0..<replies.count {
      try replies[shard].check()
      if let value = try replies[shard].optionalString() { found.append(Found(shard: shard, value: value)) }
    }
    return found
  }

  /// All fields of a hash, in each shard: in parts, so that nobody waits for it.
  public func hash(_ service: String, _ name: String) async throws -> [Found<(field: String, value: String)>] {
    var found: [Found<(field: String, value: String)>] = []
    for shard in namespace.shards {
      found += try await fields(service, name, shard: shard).map {
        Found(shard: shard, value: (field: $0.key.text, value: $0.value))
      }
    }
    return found
  }

  /// A record of a stream, with the entry it was written in.
  public struct Record<Value: Sendable>: Sendable {
    /// The shard.
    public let shard: Int
    /// The entry of the state's stream; its time is when the record was committed.
    public let entryID: EntryID
    /// The record.
    public let value: Value
  }

  /// The records of a stream, shard by shard, oldest first.
  ///
  /// - Parameters:
  ///   - service: whose state.
  ///   - stream: its name as used in `Effects`.
  ///   - after: only those after these places, by shard.
  ///   - type: what each record is read as.
  public func records<Value: JSONReadable & Sendable>(
    _ service: String, _ stream: String, after: [Int: EntryID] = [:], as type: Value.Type = Value.self
  ) async throws -> [Record<Value>] {
    // Most streams are in one shard: a look at all of them at once, then the rest of those that have more.
    var commands = Commands()
    for shard in namespace.shards {
      commands.append(
        "XRANGE", namespace.state(shard, service, stream), Self.start(after[shard]), "+", "COUNT", "\(Self.pageSize)")
    }
    var records: [Record<Value>] = []
    for (shard, page) in try Self.pages(await connection.send(commands), as: type).enumerated() {
      records += page.records
      guard page.entries == Self.pageSize, let last = page.last else { continue }
      records += try await self.records(service, stream, shard: shard, after: last)
    }
    return records
  }

  /// The records of a stream in one shard between two places, the first one excluded.
  public func records<Value: JSONReadable & Sendable>(
    _ service: String, _ stream: String, shard: Int, after: EntryID, through: EntryID? = nil,
    as type: Value.Type = Value.self
  ) async throws -> [Record<Value>] {
    var records: [Record<Value>] = []
    var start = Self.start(after)
    while true {
      let page = try Self.page(
        await connection.call(
          "XRANGE", namespace.state(shard, service, stream), start, through?.description ?? "+", "COUNT",
          "\(Self.pageSize)"), shard, as: type)
      records += page.records
      guard page.entries == Self.pageSize, let last = page.last else { return records }
      start = Self.start(last)
    }
  }

  /// A part of the records of a stream in one shard, those of so many entries after a place at most.
  ///
  /// - Returns: the records, in how many entries they are, and the last of these.
  public func page<Value: JSONReadable & Sendable>(
    _ service: String, _ stream: String, shard: Int, after: EntryID, limit: Int, as type: Value.Type = Value.self
  ) async throws -> (records: [Record<Value>], entries: Int, last: EntryID?) {
    try Self.page(
      await connection.call(
        "XRANGE", namespace.state(shard, service, stream), Self.start(after), "+", "COUNT", "\(limit)"), shard, as: type
    )
  }

  private static func start(_ after: EntryID?) -> String {
    after.map { $0 == .zero ? "-" : "(\($0)" } ?? "-"
  }

  private static func page<Value: JSONReadable & Sendable>(
    _ reply: borrowing Reply, _ shard: Int, as type: Value.Type
  ) throws -> (records: [Record<Value>], entries: Int, last: EntryID?) {
    try page(reply.root, shard, as: type)
  }

  /// A page per shard.
  private static func pages<Value: JSONReadable & Sendable>(
    _ replies: borrowing Replies, as type: Value.Type
  ) throws -> [(records: [Record<Value>], entries: Int, last: EntryID?)] {
    try replies.check()
    var pages: [(records: [Record<Value>], entries: Int, last: EntryID?)] = []
    for shard in 0..<replies.count { pages.append(try page(replies[shard], shard, as: type)) }
    return pages
  }

  private static let pageSize = 1000

  static func page<Value: JSONReadable & Sendable>(
    _ entries: borrowing ReplyNode, _ shard: Int, as type: Value.Type
  ) throws -> (records: [Record<Value>], entries: Int, last: EntryID?) {
    var records: [Record<Value>] = []
    var parser = JSONParser()
    var last: EntryID?
    for index in 0..<entries.count {
      let id = EntryID(utf8: entries[index][0].bytes) ?? .zero
      last = id
      // The records of one commit are fields of one entry: name, value, name, value, …
      let fields = entries[index][1]
      for field in stride(from: 1, to: fields.count, by: 2) {
        records.append(Record(shard: shard, entryID: id, value: try Value(from: parser.parse(fields[field].bytes))))
      }
    }
    return (records, entries.count, last)
  }
}
