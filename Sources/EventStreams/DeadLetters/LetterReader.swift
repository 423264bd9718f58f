package import HiredisClient

/// Reads the dead letters of services.
package struct LetterReader: Sendable {
  private let namespace: Namespace
  private let connection: Connection

  package init(namespace: Namespace, connection: Connection) {
    self.namespace = namespace
    self.connection = connection
  }

  /// All that a service has in a shard, oldest first.
  package func letters(_ service: String, _ shard: Int) async throws -> [DeadLetter] {
    var letters: [DeadLetter] = []
    var after: EntryID?
    while true {
      let page = try await self.page(service, shard, after: after, limit: Self.pageSize)
      letters += page
      guard page.count == Self.pageSize, let last = page.last else { return letters }
      after = last.id
    }
  }

  /// What is read of a shard at a time.
  package static let pageSize = 1000

  /// The letters of one shard after a place, with what became of those that were handled again.
  package func page(_ service: String, _ shard: Int, after: EntryID?, limit: Int) async throws -> [DeadLetter] {
    try await letters(service, shard, from: after.map { "(\($0)" } ?? "-", to: "+", limit: limit)
  }

  /// What the newest letters of a shard are counted by, the newest first. Their events are not kept.
  ///
  /// - Parameters:
  ///   - limit: at most so many.
  ///   - withTypes: whether their events are read, for their types.
  package func newest(_ service: String, _ shard: Int, limit: Int, withTypes: Bool) async throws -> [LetterTally] {
    var tallies: [LetterTally] = []
    var end = "+"
    while tallies.count < limit {
      let size = min(Self.pageSize, limit - tallies.count)
      let page = try LetterTally.all(
        in: await connection.call("XREVRANGE", namespace.dead(shard, service), end, "-", "COUNT", "\(size)"),
        withTypes: withTypes)
      tallies += page
      guard page.count == size, let last = page.last else { break }
      end = "(\(last.id)"
    }
    let redriven = try await RedrivenLetters(
      of: tallies.map(\.id), namespace: namespace, service: service, shard: shard, connection: connection)
    return tallies.map { redriven.completed($0) }
  }

  /// One letter; nil if there is none of that name.
  package func letter(_ service: String, _ name: LetterName) async throws -> DeadLetter? {
    try await letters(service, name.shard, from: "\(name.id)", to: "\(name.id)", limit: 1).first
  }

  private func letters(
    _ service: String, _ shard: Int, from start: String, to end: String, limit: Int
  ) async throws -> [DeadLetter] {
    let letters = try LetterPage(
      try await connection.call("XRANGE", namespace.dead(shard, service), start, end, "COUNT", "\(limit)"),
      service: service, shard: shard
    ).letters
    let redriven = try await RedrivenLetters(
      of: letters.map(\.id), namespace: namespace, service: service, shard: shard, connection: connection)
    return letters.map { redriven.completed($0) }
  }
}
