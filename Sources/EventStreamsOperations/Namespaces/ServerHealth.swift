import EventStreams
public import HiredisClient

/// What of a server's settings and history may lose events or state, in sentences for people.
public struct ServerHealth: Sendable, Hashable {
  /// What is amiss; empty if nothing is, or if the server tells neither settings nor figures.
  public let warnings: [String]
  /// Keys that the server has removed because memory was full, since it started.
  public let evictedKeys: Int

  /// All of it on one line; nil if nothing is amiss.
  public var summary: String? { warnings.isEmpty ? nil : warnings.joined(separator: "; ") }

  /// Looks at a server: at its settings, or, where they may not be read, at what its figures tell of them.
  public static func look(on connection: Connection) async throws -> ServerHealth {
    let info = try await figures(on: connection)
    return ServerHealth(settings: try await settings(on: connection), info: info)
  }

  init(settings: [Identifier: String], info: [Identifier: String]) {
    func text(_ setting: Identifier, _ figure: Identifier) -> String? { settings[setting] ?? info[figure] }
    evictedKeys = info["evicted_keys"].flatMap { Int($0) } ?? 0
    var warnings: [String] = []
    if let policy = text("maxmemory-policy", "maxmemory_policy"), policy != "noeviction" {
      warnings.append(
        "maxmemory-policy is \(policy): when memory is full the server removes logs, leases and accounts; set noeviction"
      )
    }
    // Whether there are snapshots stands in no figure.
    let hasAppendOnlyFile =
      settings["appendonly"].map { $0 == "yes" } ?? (info["aof_enabled"].map { $0 != "0" } ?? true)
    if !hasAppendOnlyFile, settings["save"]?.isEmpty == true {
      warnings.append("nothing is written to disk (appendonly no, save \"\"): a restart of the server loses everything")
    }
    if let limit = text("maxmemory", "maxmemory").flatMap({ Int($0) }), limit > 0 {
      let used = info["used_memory"].flatMap { Int($0) } ?? 0
      if limit < Self.leastMemory {
        warnings.append("maxmemory is \(limit / 1_000_000) MB: events are refused as soon as it is full")
      } else if used / 4 > limit / 5 {
        warnings.append("\(used / (limit / 100)) % of maxmemory are used: events are refused as soon as it is full")
      }
    }
    if evictedKeys > 0 {
      warnings.append(
        "the server has evicted \(evictedKeys) keys since it started: events or state are lost; audit finds what, restore brings it back"
      )
    }
    if info["role"] == "slave" {
      let master = [info["master_host"], info["master_port"]].compactMap { $0 }.joined(separator: ":")
      warnings.append("the server is a replica of \(master): nothing can be written to it")
    }
    self.warnings = warnings
  }

  private static let leastMemory = 100_000_000

  private static func settings(on connection: Connection) async throws -> [Identifier: String] {
    do {
      return try values(
        of: await connection.call("CONFIG", "GET", "maxmemory", "maxmemory-policy", "appendonly", "save"))
    } catch  where !error.isRetriable {
      // It may not be permitted, or renamed.
      return [:]
    }
  }

  private static func values(of reply: borrowing Reply) throws(RedisError) -> [Identifier: String] {
    try reply.root.check()
    var values: [Identifier: String] = [:]
    for index in stride(from: 0, to: reply.root.count - 1, by: 2) {
      values[reply.root[index].lossyText] = reply.root[index + 1].lossyText
    }
    return values
  }

  /// What `INFO` of one of several servers says, by name.
  static func figures(on connection: Connection, at server: RedisURL.Address) async throws -> [Identifier: String] {
    figures(of: try await connection.call(["INFO"], at: server))
  }

  /// What `INFO` says, by name.
  static func figures(on connection: Connection) async throws -> [Identifier: String] {
    do {
      return figures(of: try await connection.call("INFO"))
    } catch  where !error.isRetriable {
      return [:]
    }
  }

  private static func figures(of reply: borrowing Reply) -> [Identifier: String] {
    var figures: [Identifier: String] = [:]
    for line in reply.root.lossyText.split(whereSeparator: \.isNewline) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      figures[String(line[..<colon])] = String(line[line.index(after: colon)...])
    }
    return figures
  }
}
