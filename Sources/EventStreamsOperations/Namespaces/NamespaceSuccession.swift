public import EventStreams
public import HiredisClient

/// The steps by which a namespace is given up for one with another number of shards, which is found under its name from then on.
///
/// First it is sealed: it takes nothing from outside any more, while its services settle what is there. Then it is closed, shard by shard, for
/// whoever is left. What takes its place is made beside it, and put in its place in one step. Until then it can be opened again.
public struct NamespaceSuccession: Sendable {
  /// The namespace that is given up.
  public let namespace: Namespace
  private let connection: Connection

  /// A succession.
  public init(of namespace: Namespace, on connection: Connection) {
    self.namespace = namespace
    self.connection = connection
  }

  /// Why it can't be done.
  public struct Refusal: Error, Sendable, CustomStringConvertible {
    /// What it says to people.
    public let description: String

    /// A reason.
    public init(_ description: String) { self.description = description }
  }

  /// What the next one is called: `rides.2` after `rides`, `rides.3` after that.
  public var successorName: String {
    if let dot = namespace.name.lastIndex(of: "."),
      let number = Int(namespace.name[namespace.name.index(after: dot)...]), number > 1, number < .max
    {
      return "\(namespace.name[..<dot]).\(number + 1)"
    }
    return "\(namespace.name).2"
  }

  // MARK: Giving up

  /// Has all shards refuse what comes from outside. Saying it again changes nothing.
  public func seal() async throws {
    var commands = Commands()
    for shard in namespace.shards { commands.append("SET", namespace.sealed(shard), successorName) }
    _ = try await connection.answers(to: commands)
  }

  /// Whether it is sealed, or some of its shards are.
  public func isSealed() async throws -> Bool {
    var commands = Commands()
    for shard in namespace.shards { commands.append("EXISTS", namespace.sealed(shard)) }
    return try await connection.answers(to: commands).contains { $0 ?? 0 > 0 }
  }

  /// Closes every shard for good.
  ///
  /// - Parameter services: all that may have something to settle.
  /// - Returns: what is left in one of them; then all are open to their services again. Nil if all are closed.
  public func close(_ services: [String]) async throws -> String? {
    for shard in namespace.shards {
      if let left = try await connection.call(CloseCall(namespace: namespace, shard: shard, services: services)) {
        try await forgetClocks()
        return left
      }
    }
    return nil
  }

  /// Has all go on as before it was sealed.
  ///
  /// - Throws: `Refusal` if another has taken its place.
  public func reopen() async throws {
    let found = try await Namespace.find(namespace.name, on: connection)
    guard found == nil || found == namespace else {
      throw Refusal("'\(found?.name ?? "")' has taken the place of '\(namespace.name)' already")
    }
    try await forgetClocks()
    var commands = Commands()
    for shard in namespace.shards { commands.append("DEL", namespace.sealed(shard)) }
    _ = try await connection.answers(to: commands)
  }

  /// Without its clock a shard goes on after the last id that its topics have given out.
  private func forgetClocks() async throws {
    var commands = Commands()
    for shard in namespace.shards { commands.append("DEL", namespace.clock(shard)) }
    _ = try await connection.answers(to: commands)
  }

  // MARK: Taking over

  private static let predecessor = "predecessor"

  /// Makes the next namespace, with nothing in it.
  ///
  /// - Parameters:
  ///   - shardCount: how many shards it has.
  ///   - topics: those of its events.
  /// - Throws: `Refusal` if there is one of its name that was not made so.
  public func makeSuccessor(shardCount: Int, topics: [String]) async throws -> Namespace {
    if let found = try await Namespace.find(successorName, on: connection) {
      let predecessor = try await text(connection.call("HGET", found.configuration, Self.predecessor))
      guard found.name == successorName, predecessor == namespace.name else {
        throw Refusal(
          "there is a namespace '\(successorName)' that is none of this one's: it is in the way of '\(namespace.name)' with \(shardCount) shards"
        )
      }
      try await Namespace.remove(successorName, from: connection)
    }
    let made = try await Namespace.open(
      successorName, shardCount: shardCount, deduplicationTime: namespace.deduplicationTime,
      services: namespace.services(on: connection), topics: topics,
      on: connection)
    _ = try await connection.call("HSET", made.configuration, Self.predecessor, namespace.name)
    return made
  }

  /// Takes over what services have given up on for good, which nothing in the log tells.
  public func takeOver(discarded: [(service: String, shard: Int, id: EntryID)], in successor: Namespace) async throws {
    var commands = Commands()
    for (service, shard, id) in discarded { commands.append("SADD", successor.discarded(shard, service), "\(id)") }
    if commands.count > 0 { _ = try await connection.answers(to: commands) }
  }

  /// Puts the next one in its place, in one step: whoever looks for this one finds that from now on.
  public func complete() async throws {
    _ = try await connection.call("HSET", namespace.configuration, "successor", successorName, "format", "3")
  }

  /// Removes what is left of a namespace that has a successor: its logs and states. That it has one, and that it takes nothing, stays.
  public func removeRemains() async throws {
    let found = try await Namespace.find(namespace.name, on: connection)
    guard let found, found != namespace else { throw Refusal("'\(namespace.name)' has no successor") }
    let kept = Set(namespace.shards.flatMap { [namespace.sealed($0), namespace.clock($0)] }.map { Identifier($0) })
    var scan = KeyScan(matching: "\(KeyScan.literal(namespace.name)):*", on: connection)
    try await scan.removeAll {
      namespace.owns($0) && $0 != namespace.configuration && !kept.contains(Identifier($0))
    }
  }

  // MARK: One at a time

  /// Does something that nobody else does meanwhile.
  ///
  /// - Throws: `Refusal` if somebody does. One that has died is waited for.
  public func alone<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    let key = "\(namespace.configuration):reshard"
    let name = "\(UInt64.random(in: .min ... .max))"
    // One of its own: others have theirs to themselves.
    let own = Connection(connection.url, options: connection.options)
    let start = ContinuousClock.now
    while try await !isTaken(own.call("SET", key, name, "NX", "PX", Self.patience)) {
      guard ContinuousClock.now - start < .seconds(20) else { throw Refusal("somebody else is at it") }
      try await Task.sleep(for: .milliseconds(500))
    }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        while true {
          try await Task.sleep(for: .seconds(3))
          _ = try await own.call("SET", key, name, "XX", "PX", Self.patience)
        }
      }
      defer { group.cancelAll() }
      guard let result = try await group.next(), let result else { throw CancellationError() }
      _ = try await own.call("DEL", key)
      return result
    }
  }

  private static let patience = "15000"

  private func text(_ reply: borrowing Reply) throws -> String? { try reply.root.optionalString() }

  private func isTaken(_ reply: borrowing Reply) -> Bool { !reply.root.isNil }
}
