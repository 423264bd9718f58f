import Redis

/// Reading all of what a service keeps in one shard, in pages.
extension ServiceState {
  /// All fields of a hash of one shard.
  public func fields(_ service: String, _ hash: String, shard: Int) async throws -> [Identifier: String] {
    var fields: [Identifier: String] = [:]
    var cursor = "0"
    repeat {
      let page = try Self.scanned(
        try await connection.call("HSCAN", namespace.state(shard, service, hash), cursor, "COUNT", "2000"))
      fields.merge([Identifier: String](alternating: page.values)) { $1 }
      cursor = page.cursor
    } while cursor != "0"
    return fields
  }

  private static func scanned(_ reply: borrowing Reply) throws(RedisError) -> (cursor: String, values: [String]) {
    (try reply.root[0].string(), try reply.root[1].strings())
  }

  /// The names of a service's keys that begin so, by shard.
  public func names(_ service: String, prefix: String) async throws -> [Int: Set<Identifier>] {
    var names: [Int: Set<Identifier>] = [:]
    let pattern = [namespace.name, service, prefix].map(KeyScan.literal)
    var scan = KeyScan(matching: "\(pattern[0]):{*}:\(pattern[1]):\(pattern[2])*", on: connection)
    while let keys = try await scan.next() {
      for key in keys {
        guard let open = key.firstIndex(of: "{"), let close = key[open...].firstIndex(of: "}"),
          let shard = Int(key[key.index(after: open)..<close])
        else { continue }
        names[shard, default: []].insert(key.droppingBytes(of: namespace.state(shard, service, "")))
      }
    }
    return names
  }

  /// Calls `body` with each record of some streams of one shard.
  public func forEachRecord<Value: JSONReadable & Sendable>(
    _ service: String, streams: some Sequence<String>, shard: Int, as type: Value.Type = Value.self,
    _ body: (_ stream: String, Value) throws -> Void
  ) async throws {
    var open = streams.map { (name: $0, after: "-") }
    while !open.isEmpty {
      let part = Array(open.suffix(100))
      open.removeLast(part.count)
      var commands = Commands()
      for (name, after) in part {
        commands.append("XRANGE", namespace.state(shard, service, name), after, "+", "COUNT", "\(Self.streamPage)")
      }
      for (stream, page) in zip(part, try Self.pages(await connection.send(commands), shard, as: type)) {
        for record in page.records { try body(stream.name, record.value) }
        if page.entries == Self.streamPage, let last = page.last { open.append((stream.name, "(\(last)")) }
      }
    }
  }

  private static let streamPage = 200

  private static func pages<Value: JSONReadable & Sendable>(
    _ replies: borrowing Replies, _ shard: Int, as type: Value.Type
  ) throws -> [(records: [Record<Value>], entries: Int, last: StreamID?)] {
    try replies.check()
    var pages: [(records: [Record<Value>], entries: Int, last: StreamID?)] = []
    for index in 0..<replies.count { pages.append(try page(replies[index], shard, as: type)) }
    return pages
  }

  /// A field and all records of a stream, as they were at one moment.
  public func atOnce<Value: JSONReadable & Sendable>(
    _ service: String, hash: String, field: String, stream: String, shard: Int, as type: Value.Type = Value.self
  ) async throws -> (value: String?, records: [Value]) {
    var commands = Commands()
    commands.append("MULTI")
    commands.append("HGET", namespace.state(shard, service, hash), field)
    commands.append("XRANGE", namespace.state(shard, service, stream), "-", "+")
    commands.append("EXEC")
    return try Self.atOnce(await connection.send(commands), shard)
  }

  private static func atOnce<Value: JSONReadable & Sendable>(
    _ replies: borrowing Replies, _ shard: Int
  ) throws -> (value: String?, records: [Value]) {
    try replies.check()
    let page = try page(replies[3][1], shard, as: Value.self)
    return (try replies[3][0].optionalString(), page.records.map(\.value))
  }
}
