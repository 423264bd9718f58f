public import HiredisClient

/// Says in Redis whether a service's store is there and holds what was acknowledged: trimming asks for that.
public struct StoreConfirmation: Sendable {
  private let namespace: Namespace
  private let connection: Connection
  private let service: String

  /// A confirmation of one service's store.
  public init(_ service: String, namespace: Namespace, connection: Connection) {
    self.service = service
    self.namespace = namespace
    self.connection = connection
  }

  /// Another store is the one that the service stores into.
  public struct Mismatch: Error, Sendable, CustomStringConvertible {
    let service: String
    let namespace: String
    let known: StoreIdentity
    let found: StoreIdentity

    /// What it says to people.
    public var description: String {
      "\(service) of namespace '\(namespace)' stores into \(known.place) (\(known.name.prefix(8))), and \(found.place) (\(found.name.prefix(8))) is another store: run it with the one that there is; if that is lost, make this one complete with rebuild \(service) --apply"
    }
  }

  /// Which store is the service's; the first one to ask is.
  ///
  /// - Throws: `Mismatch` if it is another one.
  public func claim(_ found: StoreIdentity) async throws {
    let value = "\(found.name) \(found.place)"
    var commands = Commands()
    commands.append("HSETNX", namespace.configuration, Self.field(service), value)
    commands.append("HGET", namespace.configuration, Self.field(service))
    guard let known = Self.identity(try Self.text(await connection.send(commands))) else { return }
    guard known.name == found.name else {
      throw Mismatch(service: service, namespace: namespace.name, known: known, found: found)
    }
    if known.place != found.place { try await adopt(found) }
  }

  /// Makes a store the service's, whichever was before.
  public func adopt(_ store: StoreIdentity) async throws {
    _ = try await connection.call("HSET", namespace.configuration, Self.field(service), "\(store.name) \(store.place)")
  }

  /// Keeps for one shard where the service's store ends, whatever was known before.
  public func adopt(_ mark: StoreMark, shard: Int) async throws {
    _ = try await connection.call(
      "HSET", namespace.state(shard, service, StoreMark.hash), "number", "\(mark.number)", "digest", mark.digest)
  }

  /// Where the service's store must end at least, by shard, as its acknowledgements say.
  func marks() async throws -> [Int: StoreMark] {
    var marks: [Int: StoreMark] = [:]
    for shard in namespace.shards {
      let fields = try await connection.strings(["HGETALL", namespace.state(shard, service, StoreMark.hash)])
      marks[shard] = StoreMark([Identifier: String](alternating: fields))
    }
    return marks
  }

  /// Checks a store and says for each shard what was found.
  public func confirm(_ store: some StoredEvents) async throws {
    var problem = ""
    do {
      try await claim(store.identity())
      _ = try await store.verify(marks())
    } catch let error as RedisError {
      throw error
    } catch {
      problem = "\(error)"
    }
    try await say(problem, shards: namespace.shards)
  }

  /// Says what is wrong with the store; nothing if nothing is.
  func say(_ problem: String, shards: some Sequence<Int>) async throws {
    var commands = Commands()
    for shard in shards {
      commands.append(ConfirmCall(namespace: namespace, shard: shard, service: service, problem: problem))
    }
    if commands.count > 0 { _ = try await connection.answers(to: commands) }
  }

  /// What is wrong with the store of a shard's events; nil if it was found to hold what was acknowledged, not too long ago.
  ///
  /// - Parameters:
  ///   - shard: the shard's number.
  ///   - age: how long ago at most, by the server's clock.
  public func problem(shard: Int, since age: Duration) async throws -> String? {
    var commands = Commands()
    commands.append("TIME")
    commands.append("HMGET", namespace.stored(shard, service), "problem", "confirmed")
    let (now, problem, confirmed) = try Self.found(await connection.send(commands))
    if let problem, !problem.isEmpty { return problem }
    guard let confirmed, now - confirmed <= age.wholeMilliseconds else { return "unconfirmed" }
    return nil
  }

  private static func found(_ replies: borrowing Replies) throws -> (now: Int, problem: String?, confirmed: Int?) {
    try replies.check()
    return (
      Int(replies[0][0].lossyText).map { $0 * 1000 } ?? 0, try replies[1][0].optionalString(),
      try replies[1][1].optionalString().flatMap { Int($0) }
    )
  }

  /// The stores of a namespace, by service.
  public static func stores(of namespace: Namespace, on connection: Connection) async throws -> [Identifier:
    StoreIdentity]
  {
    let fields = [Identifier: String](alternating: try await connection.strings(["HGETALL", namespace.configuration]))
    var stores: [Identifier: StoreIdentity] = [:]
    for (name, value) in fields where name.text.hasPrefix(field("")) {
      stores[String(name.text.dropFirst(field("").count))] = identity(value)
    }
    return stores
  }

  private static func field(_ service: String) -> String { "store:\(service)" }

  private static func identity(_ value: String) -> StoreIdentity? {
    guard let blank = value.firstIndex(of: " ") else { return nil }
    return StoreIdentity(name: String(value[..<blank]), place: String(value[value.index(after: blank)...]))
  }

  private static func text(_ replies: borrowing Replies) throws -> String {
    try replies.check()
    return replies[1].lossyText
  }
}
