public import EventStreams
public import HiredisClient

/// The dead letters of a namespace's services, for operators.
public struct DeadLetters: Sendable {
  let namespace: Namespace
  let connection: Connection

  /// Dead letters of a namespace.
  public init(namespace: Namespace, connection: Connection) {
    self.namespace = namespace
    self.connection = connection
  }

  /// What reads them.
  var reader: LetterReader { LetterReader(namespace: namespace, connection: connection) }

  // MARK: Reading

  /// A service's dead letters in one shard, or in all, oldest first, with what is parked behind them.
  ///
  /// What stands among them and is no record of a worker is listed as well, with that as its reason.
  public func list(service: String, shard: Int? = nil) async throws -> [DeadLetter] {
    var letters: [DeadLetter] = []
    for shard in shard.map({ $0..<($0 + 1) }) ?? namespace.shards {
      letters += try await reader.letters(service, shard)
    }
    return letters
  }

  /// One letter; nil if there is none of that name.
  public func letter(_ name: LetterName, service: String) async throws -> DeadLetter? {
    guard namespace.shards.contains(name.shard) else { return nil }
    return try await reader.letter(service, name)
  }

  /// The letters that a text may mean: the one of that name, or, for an id without a shard, each that has it.
  ///
  /// - Parameters:
  ///   - text: `4/1775212200000-0`, or `1775212200000-0`.
  ///   - service: whose letters.
  public func candidates(_ text: String, service: String) async throws -> [DeadLetter] {
    let names =
      LetterName(text).map { [$0] } ?? EntryID(text).map { id in
        namespace.shards.map { LetterName(shard: $0, id: id) }
      } ?? []
    var letters: [DeadLetter] = []
    for name in names {
      if let letter = try await letter(name, service: service) { letters.append(letter) }
    }
    return letters
  }

  // MARK: Deciding

  /// Has the dead letters of these letters' keys handled again, in order, by the shard's owner; not those that can't be read.
  ///
  /// - Returns: how many keys that are.
  public func redrive(_ letters: [DeadLetter]) async throws -> Int {
    let readable = letters.filter(\.isReadable)
    var keys = 0
    for (place, group) in Dictionary(grouping: readable, by: Place.init) {
      // A call's arguments have to fit the stack of the server's Lua.
      let ordering = Array(Set(names: group.map(\.key)))
      for start in stride(from: 0, to: ordering.count, by: LetterReader.pageSize) {
        keys += try await connection.call(
          RedriveCall(
            namespace: namespace, shard: place.shard, service: place.service.text,
            ordering: Set(ordering[start..<min(start + LetterReader.pageSize, ordering.count)])))
      }
    }
    for service in Set(names: readable.map(\.service)) { try await wake(service.text) }
    return keys
  }

  /// Removes dead letters for good; what was parked behind them is handled.
  ///
  /// - Returns: how many were there.
  public func discard(_ letters: [DeadLetter]) async throws -> Int {
    var removed = 0
    for start in stride(from: 0, to: letters.count, by: Self.discardedAtOnce) {
      var commands = Commands()
      for letter in letters[start..<min(start + Self.discardedAtOnce, letters.count)] {
        commands.append(
          DiscardCall(namespace: namespace, shard: letter.shard, service: letter.service, letter: letter.id))
      }
      removed += try Self.removed(await connection.send(commands))
    }
    for service in Set(names: letters.map(\.service)) { try await wake(service.text) }
    return removed
  }

  /// Few enough that others are served in between.
  private static let discardedAtOnce = 200

  private static func removed(_ replies: borrowing Replies) throws -> Int {
    try replies.check()
    var removed = 0
    for index in 0..<replies.count where try DiscardCall.answer(replies[index]) { removed += 1 }
    return removed
  }

  private struct Place: Hashable {
    let service: Identifier
    let shard: Int

    init(_ letter: DeadLetter) {
      service = Identifier(letter.service)
      shard = letter.shard
    }
  }

  private func wake(_ service: String) async throws {
    try await Wake(namespace: namespace, service: service).wakeAll(on: connection)
  }
}
