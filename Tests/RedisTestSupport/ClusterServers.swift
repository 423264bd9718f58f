import Foundation
public import HiredisClient

/// A Redis Cluster on loopback: three masters, the slots spread evenly over them, and a replica of each if wanted.
public struct ClusterServers: Sendable {
  /// In the order of their slots.
  public let masters: [RedisServer]
  /// Of each master one, or none.
  public let replicas: [RedisServer]

  private static let size = 3

  /// All masters.
  public var url: RedisURL {
    let addresses = masters.compactMap { $0.tcpURL?.address }
    return RedisURL(address: addresses[0], alternatives: Array(addresses.dropFirst()))
  }

  /// Runs a test with one, which ends with it.
  ///
  /// - Parameters:
  ///   - replicas: whether each master has one.
  ///   - arguments: of all servers.
  public static func with<Result>(
    replicas: Bool = false, arguments: [String] = [], _ body: (ClusterServers) async throws -> Result
  ) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "cluster-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var servers: [RedisServer] = []
    do {
      let ports = try (0..<(replicas ? 2 : 1) * size).map { _ in (try freePort(), try freePort()) }
      for (number, (port, bus)) in ports.enumerated() {
        let file = folder.appending(path: "\(number).conf")
        try configuration(of: number, ports).write(to: file, atomically: true, encoding: .utf8)
        servers.append(
          try await RedisServer.start(
            arguments: [
              "--cluster-enabled", "yes", "--cluster-config-file", file.path(), "--cluster-port", "\(bus)",
              "--cluster-node-timeout", "2000", "--cluster-replica-validity-factor", "0",
              // What one master has is not out of reach because another is.
              "--cluster-require-full-coverage", "no",
              "--repl-diskless-sync-delay", "0",
            ] + arguments, port: port))
      }
      let cluster = ClusterServers(masters: Array(servers.prefix(size)), replicas: Array(servers.dropFirst(size)))
      try await cluster.isUp()
      let result = try await body(cluster)
      for server in servers { await server.stop() }
      return result
    } catch {
      for server in servers { await server.stop() }
      throw error
    }
  }

  /// What a node would have written down once it knew all others: so they need not be introduced.
  private static func configuration(of number: Int, _ ports: [(port: Int, bus: Int)]) -> String {
    let nodes = ports.enumerated().map { index, ports in
      let flags = index == number ? "myself," : ""
      let master = index % size
      let about =
        index < size
        ? "\(flags)master - 0 0 \(index + 1) connected \(slots(of: index).lowerBound)-\(slots(of: index).upperBound)"
        : "\(flags)slave \(id(of: master)) 0 0 \(master + 1) connected"
      return "\(id(of: index)) 127.0.0.1:\(ports.port)@\(ports.bus) \(about)\n"
    }
    return nodes.joined() + "vars currentEpoch \(size) lastVoteEpoch 0\n"
  }

  /// What the nodes call one of them: masters first, then their replicas.
  public static func id(of number: Int) -> String {
    String(repeating: "\(number)", count: 40)
  }

  /// The slots that a master has at first.
  public static func slots(of master: Int) -> ClosedRange<Int> {
    let each = Slot.count / size + 1
    return master * each...min((master + 1) * each, Slot.count) - 1
  }

  /// The master that has a key at first.
  public static func master(of key: String) -> Int {
    (0..<size).first { slots(of: $0).contains(Slot(of: key).number) } ?? 0
  }

  /// Waits until all agree that the cluster is there, and the replicas have what their masters have.
  private func isUp() async throws {
    for server in masters + replicas {
      try await eventually("the cluster is up") {
        try await Self.text("CLUSTER", "INFO", at: server).contains("cluster_state:ok")
      }
    }
    for replica in replicas {
      try await eventually("a replica follows") {
        try await Self.text("INFO", "replication", at: replica).contains("master_link_status:up")
      }
    }
  }

  /// What one of the servers answers, while the cluster may not be there.
  public static func text(_ arguments: String..., at server: RedisServer) async throws -> String {
    let connection = Connection(server.url)
    do throws(RedisError) {
      guard let address = server.tcpURL?.address else { return "" }
      return try await text(connection.call(arguments, at: address))
    } catch {
      guard error.isRetriable else { throw error }
      return ""
    }
  }

  private static func text(_ reply: borrowing Reply) throws(RedisError) -> String {
    reply.root.bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  /// Waits until the replica of a master has taken its place.
  public func promotion(of master: Int) async throws {
    let replica = replicas[master]
    try await eventually("the replica is promoted") {
      try await Self.text("INFO", "replication", at: replica).contains("role:master")
    }
  }

  // MARK: Moving a slot

  /// Begins to move a slot: keys that aren't there are asked for at the other node from now on.
  public func beginMove(of slot: Int, from source: Int, to target: Int) async throws {
    let connection = Connection(url)
    try await connection.run(
      ["CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", Self.id(of: source)], at: try address(of: target))
    try await connection.run(
      ["CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", Self.id(of: target)], at: try address(of: source))
  }

  /// Moves the next keys of a slot.
  ///
  /// - Returns: false if there was none.
  public func moveKeys(of slot: Int, from source: Int, to target: Int, atMost count: Int = 10) async throws -> Bool {
    let connection = Connection(url)
    let keys = try await Self.strings(
      connection.call(["CLUSTER", "GETKEYSINSLOT", "\(slot)", "\(count)"], at: try address(of: source)))
    guard !keys.isEmpty else { return false }
    try await connection.run(
      ["MIGRATE", "127.0.0.1", "\(try masters[target].port)", "", "0", "5000", "KEYS"] + keys,
      at: try address(of: source))
    return true
  }

  private static func strings(_ reply: borrowing Reply) throws(RedisError) -> [String] { try reply.root.strings() }

  /// Lets a slot whose keys have all moved belong to the other node.
  public func endMove(of slot: Int, from source: Int, to target: Int) async throws {
    let connection = Connection(url)
    for node in [target, source] {
      try await connection.run(
        ["CLUSTER", "SETSLOT", "\(slot)", "NODE", Self.id(of: target)], at: try address(of: node))
    }
  }

  /// Where a master listens.
  public func address(of master: Int) throws -> RedisURL.Address {
    .tcp(host: "127.0.0.1", port: try masters[master].port)
  }
}

extension Connection {
  fileprivate func run(_ arguments: [String], at server: RedisURL.Address) throws(RedisError) {
    _ = try call(arguments, at: server)
  }
}
