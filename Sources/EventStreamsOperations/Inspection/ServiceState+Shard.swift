public import EventStreams
import HiredisClient

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

  /// A stream of a service, and how far to read it.
  public struct StreamPart: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// The last entry that counts.
    public let through: EntryID

    /// The entries of a stream up to one of them.
    public init(name: String, through: EntryID) {
      self.name = name
      self.through = through
    }
  }

  /// Calls `body` with each record of some streams of one shard, in the order of each stream.
  ///
  /// - Parameters:
  ///   - service: whose streams they are.
  ///   - streams: which, and how far.
  ///   - shard: the shard.
  ///   - type: what records are read as.
  ///   - body: is told of the stream, the entry that the record was written in, and the record.
  public func forEachRecord<Value: JSONReadable & Sendable>(
    _ service: String, _ streams: some Sequence<StreamPart>, shard: Int, as type: Value.Type = Value.self,
    _ body: (_ stream: String, EntryID, Value) throws -> Void
  ) async throws {
    var open = streams.map { (stream: $0, after: "-") }
    while !open.isEmpty {
      let part = Array(open.suffix(Self.streamsAtOnce))
      open.removeLast(part.count)
      var commands = Commands()
      for (stream, after) in part {
        commands.append(
          "XRANGE", namespace.state(shard, service, stream.name), after, stream.through.description, "COUNT",
          "\(Self.streamPage)")
      }
      for (next, page) in zip(part, try Self.pages(await connection.send(commands), shard, as: type)) {
        for record in page.records { try body(next.stream.name, record.entryID, record.value) }
        if page.entries == Self.streamPage, let last = page.last { open.append((next.stream, "(\(last)")) }
      }
    }
  }

  private static let streamsAtOnce = 20
  // An entry holds the records of one commit, which may be hundreds.
  private static let streamPage = 50

  private static func pages<Value: JSONReadable & Sendable>(
    _ replies: borrowing Replies, _ shard: Int, as type: Value.Type
  ) throws -> [(records: [Record<Value>], entries: Int, last: EntryID?)] {
    try replies.check()
    var pages: [(records: [Record<Value>], entries: Int, last: EntryID?)] = []
    for index in 0..<replies.count { pages.append(try page(replies[index], shard, as: type)) }
    return pages
  }

  /// Some of a service's state in a shard, as it was at one moment.
  public struct Moment: Sendable {
    /// For each hash of which fields were asked for their values, in their order; nil where there is no such field.
    public let values: [[String?]]
    /// All fields of the hashes that were asked for, in their order.
    public let hashes: [[Identifier: String]]
    /// How far the streams that were asked for go, of those that are there.
    public let streams: [StreamPart]
  }

  /// Reads some of a service's state in a shard at one moment.
  ///
  /// - Parameters:
  ///   - service: whose state it is.
  ///   - shard: the shard.
  ///   - fields: of the hashes of these names.
  ///   - hashes: to be read as a whole.
  ///   - streams: of which it is told how far they go.
  public func moment(
    _ service: String, shard: Int, fields: [(hash: String, names: [String])] = [], hashes: [String] = [],
    streams: [String] = []
  ) async throws -> Moment {
    var commands = Commands()
    commands.append("MULTI")
    for (hash, names) in fields where !names.isEmpty {
      commands.append(["HMGET", namespace.state(shard, service, hash)] + names)
    }
    for hash in hashes { commands.append("HGETALL", namespace.state(shard, service, hash)) }
    for stream in streams {
      commands.append("XREVRANGE", namespace.state(shard, service, stream), "+", "-", "COUNT", "1")
    }
    commands.append("EXEC")
    return try Self.moment(
      await connection.send(commands), fields: fields.map(\.names.count), hashes: hashes.count, streams)
  }

  private static func moment(
    _ replies: borrowing Replies, fields: [Int], hashes hashCount: Int, _ streams: [String]
  ) throws -> Moment {
    try replies.check()
    let answers = replies[replies.count - 1]
    var values: [[String?]] = []
    var next = 0
    for count in fields {
      values.append([])
      guard count > 0 else { continue }
      for index in 0..<count { values[values.count - 1].append(try answers[next][index].optionalString()) }
      next += 1
    }
    var hashes: [[Identifier: String]] = []
    for index in next..<(next + hashCount) {
      hashes.append([Identifier: String](alternating: try answers[index].strings()))
    }
    next += hashCount
    var parts: [StreamPart] = []
    for (index, stream) in streams.enumerated() where answers[next + index].count > 0 {
      let last = answers[next + index][0][0]
      parts.append(StreamPart(name: stream, through: EntryID(utf8: last.bytes) ?? .zero))
    }
    return Moment(values: values, hashes: hashes, streams: parts)
  }
}
