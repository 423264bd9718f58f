import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

/// A cluster with append-only files, a folder, and what tests look at.
struct ClusterBench: Sendable {
  let cluster: ClusterServers
  let folder: URL
  let connection: Connection

  static func run(replicas: Bool = false, _ body: (ClusterBench) async throws -> Void) async throws {
    try await ClusterServers.with(replicas: replicas, arguments: ["--appendonly", "yes"]) { cluster in
      let folder = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      try await body(ClusterBench(cluster: cluster, folder: folder, connection: Connection(cluster.url)))
    }
  }

  var archive: String { folder.appending(path: "archive.sqlite").path() }

  /// Starts all services, each in a process of its own.
  func workers() throws -> [RidesProcess] {
    try RideServices.standard.names.map { service in
      try RidesProcess(
        [
          "worker", service, "--lease-time", "2s", "--archive", archive, "--outbox",
          folder.appending(path: "outbox").path(),
        ], redis: cluster.url.description, isQuiet: true)
    }
  }

  func rides(_ arguments: String...) async throws -> TestProgram.Run { try await rides(arguments) }

  func rides(_ arguments: [String]) async throws -> TestProgram.Run {
    try await RidesProcess.run(all: arguments, redis: cluster.url.description, folder: folder)
  }

  func namespace() async throws -> Namespace { try #require(try await Namespace.find("rides", on: connection)) }

  /// How many completed rides the logs hold; each must be there once.
  func completedRides() async throws -> Int {
    let namespace = try await namespace()
    let inspector = Inspector(namespace: namespace, connection: connection)
    var ids: Set<Identifier> = []
    var count = 0
    for shard in namespace.shards {
      for entry in try await inspector.entries(shard: shard, after: .zero, limit: 100_000) {
        let text = String(decoding: entry.json.prefix(80), as: UTF8.self)
        guard text.contains("RIDE_COMPLETED"), let id = text.split(separator: ",").first else { continue }
        count += 1
        ids.insert(Identifier(String(id)))
      }
    }
    #expect(ids.count == count, "twice")
    return count
  }
}
