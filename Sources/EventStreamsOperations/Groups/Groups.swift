public import EventStreams
public import HiredisClient

/// The consumer groups of a namespace: who still reads its logs, and what those that nobody runs keep from being removed.
public struct Groups: Sendable {
  private let namespace: Namespace
  private let connection: Connection

  /// Groups of a namespace.
  public init(namespace: Namespace, connection: Connection) {
    self.namespace = namespace
    self.connection = connection
  }

  /// All groups, by name.
  public func list() async throws -> [GroupUse] {
    let status = try await Inspector(namespace: namespace, connection: connection).overview()
    let bytesPerEntry = try await bytesPerEntry()
    let listed = Dictionary(status.services.map { (Identifier($0.service), $0) }) { first, _ in first }
    return Dictionary(grouping: status.groups) { Identifier($0.service) }.map { name, shards in
      GroupUse(
        name: name.text,
        topics: listed[name].flatMap { $0.isOfAll ? $0.topics : nil }
          ?? Set(shards.flatMap(\.delivered.keys)).sorted().map(\.text),
        isListed: listed[name] != nil,
        owners: Set(names: shards.compactMap(\.owner)).count, lag: shards.reduce(0) { $0 + $1.lag },
        pending: shards.reduce(0) { $0 + $1.pending }, dead: shards.reduce(0) { $0 + $1.dead },
        idle: shards.compactMap(\.idle).min(),
        bytes: shards.reduce(0) { $0 + $1.lag + $1.pending } * bytesPerEntry)
    }.sorted { Identifier($0.name) < Identifier($1.name) }
  }

  /// Removes a group that nobody runs from every shard, with its dead letters.
  ///
  /// - Parameters:
  ///   - name: the service's.
  ///   - withState: whether to remove what it has stored as well, for good; else that stays where it is, for a service of this name that comes later.
  /// - Returns: false if there is no such group.
  /// - Throws: `GroupInUse` if a worker has it, or it has published events that are not in their shards yet.
  public func remove(_ name: String, withState: Bool = false) async throws -> Bool {
    var found = false
    let listed = try await namespace.services(on: connection).first { $0.service.hasSameBytes(as: name) }
    // First: whoever opens the namespace makes the groups of those on the list.
    if let listed { try await namespace.list(listed, isListed: false, on: connection) }
    for shard in namespace.shards {
      let outcome = try await forget(name, shard: shard)
      switch outcome {
      case .removed: found = true
      case .unknown: break
      case .inUse, .unsent:
        if let listed { try await namespace.list(listed, isListed: true, on: connection) }
        throw GroupInUse(name: name, unsentShard: outcome == .unsent ? shard : nil)
      }
    }
    if withState { try await removeState(of: name) }
    return found
  }

  /// Removes a group from one shard, unless a worker has it.
  private func forget(_ name: String, shard: Int) async throws -> ForgetCall.Outcome {
    try await connection.call(ForgetCall(namespace: namespace, shard: shard, service: name))
  }

  private func removeState(of name: String) async throws {
    let prefixes = namespace.shards.map { namespace.state($0, name, "") }
    var scan = KeyScan(
      matching: "\(KeyScan.literal(namespace.name)):{*}:\(KeyScan.literal(name)):*", on: connection)
    try await scan.removeAll { key in prefixes.contains { key.utf8.starts(with: $0.utf8) } }
  }

  private func bytesPerEntry() async throws -> Int {
    var commands = Commands()
    for (shard, topics) in try await namespace.topics(on: connection).enumerated() {
      for topic in topics {
        commands.append("XLEN", namespace.log(shard, topic))
        commands.append("MEMORY", "USAGE", namespace.log(shard, topic))
      }
    }
    guard commands.count > 0 else { return 0 }
    return Self.bytesPerEntry(try await connection.send(commands))
  }

  private static func bytesPerEntry(_ replies: borrowing Replies) -> Int {
    var entries = 0
    var bytes = 0
    for index in stride(from: 0, to: replies.count - 1, by: 2) {
      entries += replies[index].lenientInteger ?? 0
      bytes += replies[index + 1].lenientInteger ?? 0
    }
    return entries == 0 ? 0 : bytes / entries
  }
}
