public import HiredisClient
public import Logging

extension Namespace {
  /// Opens a namespace as all parties agreed on it, making it if it isn't there, and loads the functions the server lacks.
  ///
  /// - Parameters:
  ///   - name: what all keys begin with.
  ///   - shardCount: of a new namespace; of one that exists it must be nil or the same.
  ///   - deduplicationTime: how long a new namespace remembers ids; of one that exists it must be nil or the same.
  ///   - services: those that the namespace is for, if nobody has said so yet. They have their groups from the first event on, before they
  ///     ever ran: nothing is trimmed that one of them needs.
  ///   - topics: those that its events are of, as far as they are known. One that appears later interrupts services that are delivered all.
  ///   - connection: used for opening it.
  /// - Throws: `NamespaceError` if a name or the number is none, or not what was agreed on.
  public static func open(
    _ name: String, shardCount: Int? = nil, deduplicationTime: Duration? = nil, services: [Subscription] = [],
    topics: [String] = [], on connection: Connection
  ) async throws -> Namespace {
    for problem in services.map(\.problem) + topics.map(NameRule.problem(withTopic:)) {
      if let problem { throw NamespaceError.name(problem) }
    }
    if let shardCount, !shardCounts.contains(shardCount) { throw NamespaceError.shardCount(outOfBounds: shardCount) }
    if let deduplicationTime, !deduplicationTimes.contains(deduplicationTime) {
      throw NamespaceError.deduplicationTime(outOfBounds: deduplicationTime)
    }
    // Nothing is written to one that can't be used, and to one that has all that it needs nobody need be able to write.
    let existing = try await find(name, on: connection)
    try existing?.check(wanting: shardCount, deduplicationTime)
    if let existing, try await existing.isInstalled(on: connection) {
      try await FunctionLibrary.load(on: connection)
      return existing
    }
    try await FunctionLibrary.load(on: connection)
    let namespace = existing ?? Namespace(name, shardCount: 1)
    let usual = await usualShardCount(on: connection)
    var commands = Commands()
    commands.append("HSETNX", namespace.configuration, "shards", String(shardCount ?? usual))
    commands.append("HSETNX", namespace.configuration, "format", String(NamespaceConfiguration.formatVersion))
    let time = deduplicationTime ?? standardDeduplicationTime
    commands.append("HSETNX", namespace.configuration, "deduplication", String(time.wholeMilliseconds))
    if !services.isEmpty {
      commands.append("HSETNX", namespace.configuration, "services", services.map(\.description).joined(separator: " "))
    }
    if !topics.isEmpty {
      commands.append("HSETNX", namespace.configuration, "topics", topics.joined(separator: " "))
    }
    commands.append(["HMGET", namespace.configuration] + NamespaceConfiguration.fields)
    let opened = try opened(namespace, await connection.send(commands))
    try opened.check(wanting: shardCount, deduplicationTime)
    if !services.isEmpty { try await opened.found(on: connection) }
    return opened
  }

  /// The number of shards of a namespace that is made there without one being asked for.
  ///
  /// - Parameter connection: one that has connected.
  public static func usualShardCount(on connection: Connection) async -> Int {
    await connection.isCluster ? standardShardCountInCluster : standardShardCount
  }

  /// Opens a namespace, as `open` does, and waits for a server that can't be reached yet: one that starts together with its services.
  ///
  /// - Parameters:
  ///   - name: what all keys begin with.
  ///   - shardCount: of a new namespace.
  ///   - deduplicationTime: how long a new namespace remembers ids.
  ///   - services: those that the namespace is for.
  ///   - topics: those that its events are of.
  ///   - connection: used for opening it.
  ///   - time: how long it tries.
  ///   - log: is told of each attempt that failed.
  /// - Throws: what the last attempt failed with; at once what trying again can't mend.
  public static func open(
    _ name: String, shardCount: Int? = nil, deduplicationTime: Duration? = nil, services: [Subscription] = [],
    topics: [String] = [], on connection: Connection, retryingFor time: Duration, log: Logger
  ) async throws -> Namespace {
    let deadline = ContinuousClock.now + time
    var perseverance = Perseverance("open the namespace '\(name)'", on: connection, log: log)
    while true {
      do {
        return try await open(
          name, shardCount: shardCount, deduplicationTime: deduplicationTime, services: services, topics: topics,
          on: connection)
      } catch let error as RedisError where error.isRetriable && ContinuousClock.now < deadline {
        await perseverance.failed(error)
        try Task.checkCancellation()
      }
    }
  }

  /// Opens a namespace that exists, and loads the functions the server lacks; nil if nobody has made it.
  ///
  /// - Throws: `NamespaceError` if the name is none, or what is stored about the namespace can't be.
  public static func openExisting(_ name: String, on connection: Connection) async throws -> Namespace? {
    guard let namespace = try await find(name, on: connection) else { return nil }
    try await FunctionLibrary.load(on: connection)
    if try await !namespace.isInstalled(on: connection) { try await namespace.found(on: connection) }
    return namespace
  }

  private static func opened(_ namespace: Namespace, _ replies: borrowing Replies) throws -> Namespace {
    try replies.check()
    guard let configuration = try NamespaceConfiguration(namespace, replies[replies.count - 1]) else {
      throw RedisError(.unexpectedReply, "\(namespace.configuration) vanished while it was opened")
    }
    return Namespace(
      namespace.name, shardCount: configuration.shardCount, deduplicationTime: configuration.deduplicationTime)
  }

  private func check(wanting shardCount: Int?, _ time: Duration?) throws {
    if let shardCount, shardCount != self.shardCount {
      throw NamespaceError.shardCount(namespace: name, found: self.shardCount, wanted: shardCount)
    }
    if let time, time != deduplicationTime {
      throw NamespaceError.deduplicationTime(namespace: name, found: deduplicationTime, wanted: time)
    }
  }
}
