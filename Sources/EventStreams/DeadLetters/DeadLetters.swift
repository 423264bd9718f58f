public import Redis

/// The dead letters of a namespace's services, for operators and for the worker that handles them again.
public struct DeadLetters: Sendable {
  private let namespace: Namespace
  private let connection: Connection

  /// Dead letters of a namespace.
  public init(namespace: Namespace, connection: Connection) {
    self.namespace = namespace
    self.connection = connection
  }

  /// A service's dead letters in one shard, or in all, oldest first, with what is parked behind them.
  ///
  /// What stands among them and is no record of a worker is listed as well, with that as its reason.
  public func list(service: String, shard: Int? = nil) async throws -> [DeadLetter] {
    var letters: [DeadLetter] = []
    for shard in shard.map({ $0..<($0 + 1) }) ?? namespace.shards {
      var after = "-"
      var redriven: RedrivenLetters?
      while true {
        let page = try LetterPage(
          try await connection.call("XRANGE", namespace.dead(shard, service), after, "+", "COUNT", "\(Self.pageSize)"),
          service: service, shard: shard)
        if redriven == nil, !page.letters.isEmpty {
          redriven = try await RedrivenLetters(
            namespace: namespace, service: service, shard: shard, connection: connection)
        }
        letters += page.letters.map { redriven?.completed($0) ?? $0 }
        guard page.letters.count == Self.pageSize, let last = page.letters.last else { break }
        after = "(\(last.id)"
      }
    }
    return letters
  }

  private static let pageSize = 1000

  /// The letters that a text may mean: the one of that name, or, for an id without a shard, each that has it.
  ///
  /// - Parameters:
  ///   - text: `4/1775212200000-0`, or `1775212200000-0`.
  ///   - service: whose letters.
  public func candidates(_ text: String, service: String) async throws -> [DeadLetter] {
    if let name = LetterName(text) {
      guard namespace.shards.contains(name.shard) else { return [] }
      return try await list(service: service, shard: name.shard).filter { $0.name == name }
    }
    guard let id = EntryID(text) else { return [] }
    return try await list(service: service).filter { $0.id == id }
  }

  /// Has the dead letters of these letters' keys handled again, in order, by the shard's owner; not those that can't be read.
  ///
  /// - Returns: how many keys that are.
  public func redrive(_ letters: [DeadLetter]) async throws -> Int {
    var keys = 0
    let letters = letters.filter(\.isReadable)
    for (place, group) in Dictionary(grouping: letters, by: { Place(service: Identifier($0.service), shard: $0.shard) })
    {
      keys += try await connection.call(
        RedriveCall(
          namespace: namespace, shard: place.shard, service: place.service.text, ordering: Set(names: group.map(\.key)))
      )
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
      let call = DiscardCall(namespace: namespace, shard: letter.shard, service: letter.service, letter: letter.id)
      if try await connection.call(call) { removed += 1 }
    }
    for service in Set(names: letters.map(\.service)) { try await wake(service.text) }
    return removed
  }

  private struct Place: Hashable {
    let service: Identifier
    let shard: Int
  }

  private func wake(_ service: String) async throws {
    try await Wake(namespace: namespace, service: service).wakeAll(on: connection)
  }
}
