public import Redis

/// The dead letters of a topic's services, for operators and for the worker that handles them again.
public struct DeadLetters: Sendable {
  private let topic: Topic
  private let connection: Connection

  /// Dead letters of a topic.
  public init(topic: Topic, connection: Connection) {
    self.topic = topic
    self.connection = connection
  }

  /// A service's dead letters in one shard, or in all, oldest first, with what is parked behind them.
  public func list(service: String, shard: Int? = nil) async throws -> [DeadLetter] {
    var letters: [DeadLetter] = []
    for shard in shard.map({ $0..<($0 + 1) }) ?? topic.shards {
      var after = "-"
      while true {
        let page = try Self.letters(
          of: try await connection.call("XRANGE", topic.dead(shard, service), after, "+", "COUNT", "\(Self.pageSize)"),
          service: service, shard: shard)
        letters += page
        guard page.count == Self.pageSize, let last = page.last else { break }
        after = "(\(last.id)"
      }
    }
    return letters
  }

  private static let pageSize = 1000

  private static func letters(of reply: borrowing Reply, service: String, shard: Int) throws -> [DeadLetter] {
    let entries = reply.root
    var letters: [DeadLetter] = []
    for index in 0..<entries.count {
      letters.append(try letter(entries[index], service: service, shard: shard))
    }
    return letters
  }

  private static func letter(_ entry: borrowing ReplyNode, service: String, shard: Int) throws -> DeadLetter {
    let fields = entry[1]
    var parser = JSONParser()
    let about = try DeadLetter.About(from: parser.parse(fields[field: "about"].bytes))
    return DeadLetter(
      id: StreamID(utf8: entry[0].bytes) ?? .zero, service: service, shard: shard,
      entryID: StreamID(utf8: fields[field: "entry"].bytes) ?? .zero, key: try fields[field: "key"].string(),
      isParked: fields[field: "kind"].isEqual(to: "parked"), about: about,
      json: fields[field: "event"].bytes.withUnsafeBufferPointer { Array($0) })
  }

  /// Has the dead letters of these letters' keys handled again, in order, by the shard's owner.
  ///
  /// - Returns: how many keys that are.
  public func redrive(_ letters: [DeadLetter]) async throws -> Int {
    var keys = 0
    for (place, group) in Dictionary(grouping: letters, by: { Place(service: Identifier($0.service), shard: $0.shard) })
    {
      keys += try await connection.integer(
        [
          "FCALL", FunctionLibrary.redrive, "2", topic.blocked(place.shard, place.service.text),
          topic.redrive(place.shard, place.service.text),
        ]
          + Set(names: group.map(\.key)).map(\.text))
    }
    for service in Set(names: letters.map(\.service)) { try await wake(service.text) }
    return keys
  }

  /// Removes dead letters for good; what was parked behind them is handled.
  ///
  /// - Returns: how many were there.
  public func discard(_ letters: [DeadLetter]) async throws -> Int {
    var removed = 0
    for letter in letters {
      let (shard, service) = (letter.shard, letter.service)
      let left = try await connection.integer([
        "FCALL", FunctionLibrary.discard, "5", topic.dead(shard, service), topic.blocked(shard, service),
        topic.redrive(shard, service), topic.retry(shard, service), topic.discarded(shard, service),
        letter.id.description, letter.key,
      ])
      if left >= 0 { removed += 1 }
    }
    for service in Set(names: letters.map(\.service)) { try await wake(service.text) }
    return removed
  }

  private struct Place: Hashable {
    let service: Identifier
    let shard: Int
  }

  private func wake(_ service: String) async throws {
    let workers = try await connection.strings(["HKEYS", topic.roster(service)])
    try await Wake(topic: topic, service: service).wake(workers, on: connection)
  }
}
