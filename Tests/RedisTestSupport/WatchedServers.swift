import Foundation
public import HiredisClient

/// A master, a replica of it, and three Sentinels that watch over them, on loopback.
public struct WatchedServers: Sendable {
  /// Was the master first.
  public let first: RedisServer
  /// Was the replica first.
  public let second: RedisServer
  /// All Sentinels.
  public let url: RedisURL

  /// What Sentinel calls the master.
  public static let name = "main"

  /// Runs a test with some, which end with it.
  ///
  /// - Parameter arguments: of master and replica.
  public static func with<Result>(
    arguments: [String] = [], _ body: (WatchedServers) async throws -> Result
  ) async throws -> Result {
    try await withRedis(arguments: arguments + ["--repl-diskless-sync-delay", "0"], tcp: true) { first in
      let port = "\(try first.port)"
      return try await withRedis(arguments: arguments + ["--replicaof", "127.0.0.1", port], tcp: true) { second in
        let onSecond = Connection(second.url, options: ConnectionOptions(acceptsReplica: true))
        try await eventually("the replica has what the master has") {
          try await replication(onSecond).contains("master_link_status:up")
        }
        // Sentinel asks a server as often as it may be silent, but every second: less than that, and one that is merely slow is
        // replaced, too, and the one before is the master again.
        let configuration = """
          sentinel monitor \(name) 127.0.0.1 \(port) 2
          sentinel down-after-milliseconds \(name) 3000
          sentinel failover-timeout \(name) 3000

          """
        var sentinels: [RedisServer] = []
        do {
          for _ in 0..<3 { sentinels.append(try await RedisServer.start(tcp: true, sentinel: configuration)) }
          let addresses = try sentinels.map { RedisURL.Address.tcp(host: "127.0.0.1", port: try $0.port) }
          let url = RedisURL(address: addresses[0], alternatives: Array(addresses.dropFirst()))
          try await known(sentinels)
          let result = try await body(WatchedServers(first: first, second: second, url: url))
          for sentinel in sentinels { await sentinel.stop() }
          return result
        } catch {
          for sentinel in sentinels { await sentinel.stop() }
          throw error
        }
      }
    }
  }

  /// Waits until the replica is the master.
  public func promotion() async throws {
    let onSecond = Connection(second.url, options: ConnectionOptions(acceptsReplica: true))
    try await eventually("the replica is promoted") {
      do throws(RedisError) { return try await Self.isMaster(onSecond.call("ROLE")) } catch {
        // A server that is promoted has all its clients dropped.
        guard error.isRetriable else { throw error }
        return false
      }
    }
  }

  private static func isMaster(_ role: borrowing Reply) -> Bool { role.root[0].isEqual(to: "master") }

  /// Waits until all know of each other and of the replica: without that, no failover.
  private static func known(_ sentinels: [RedisServer]) async throws {
    for sentinel in sentinels {
      try await eventually("the Sentinels know of each other") {
        let log = try String(contentsOfFile: "\(sentinel.folder)/sentinel.conf", encoding: .utf8)
        let lines = log.split(separator: "\n")
        return lines.count { $0.hasPrefix("sentinel known-sentinel") } == 2
          && lines.contains { $0.hasPrefix("sentinel known-replica") }
      }
    }
  }

  private static func replication(_ connection: Connection) async throws -> String {
    let reply = try await connection.call("INFO", "replication")
    return try reply.root.string()
  }
}

extension RedisServer {
  /// Its port on 127.0.0.1.
  public nonisolated var port: Int {
    get throws {
      guard case .tcp(_, let port)? = tcpURL?.address else { throw RedisServerError("it listens on no port") }
      return port
    }
  }
}
