import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("Over a Redis Cluster") struct ClusterCommandTests {
  @Test("every command does what it does with one server")
  func commands() async throws {
    try await ClusterBench.run { bench in
      #expect(try await bench.rides("publish", "--simulate", "300", "--shards", "12").status == 0)
      let later = try await bench.rides("publish", "--simulate", "1", "--seed", "9", "--due", "+1h")
      #expect(later.status == 0, "\(later.errors)")
      let workers = try bench.workers()
      defer { for worker in workers { worker.stop() } }
      for command in [
        ["wait", "--timeout", "60s"], ["status"], ["audit"], ["pending", "payment"], ["dead", "list", "payment"],
        ["groups", "list"], ["scheduled", "list"], ["trace", "sim-1-1"],
        ["pause", "driver", "--for", "1m", "--reason", "a test"], ["resume", "driver"], ["trial-balance"],
        ["trim", "--keep", "100", "--dry-run"],
        ["bench", "--only", "publish", "--events", "2000"],
      ] {
        let result = try await bench.rides(command)
        #expect(result.status == 0, "\(command): \(result.errors)\(result.output)")
      }
      // Each node has a part of the whole.
      for master in bench.cluster.masters {
        let keys = try await ClusterServers.text("DBSIZE", at: master)
        #expect(Int(keys) ?? 1 > 0)
      }
      for worker in workers { #expect(worker.stop() == 0) }
      let rebuilt = try await bench.rides("rebuild", "driver", "--archive", bench.archive)
      #expect(rebuilt.status == 0, "\(rebuilt.output)\(rebuilt.errors)")

      // Gone altogether, and brought back from the archive.
      try await Namespace.remove("rides", from: bench.connection)
      #expect(try await Namespace.find("rides", on: bench.connection) == nil)
      let restored = try await bench.rides(["restore", "--from-archive", bench.archive, "--shards", "12"])
      #expect(restored.status == 0, "\(restored.errors)")
      let audited = try await bench.rides(["audit", "--archive", bench.archive])
      #expect(audited.status == 0, "\(audited.output)\(audited.errors)")
    }
  }

  @Test(
    "a master that dies takes nothing with it that was confirmed, and has nothing happen twice: services go on with its replica"
  )
  func failover() async throws {
    try await ClusterBench.run(replicas: true) { bench in
      #expect(try await bench.rides("publish", "--simulate", "0", "--shards", "12").status == 0)
      let workers = try bench.workers()
      defer { for worker in workers { worker.stop() } }
      let rides = 1500
      async let published = bench.rides(
        "publish", "--simulate", "\(rides)", "--rate", "600", "--acks", "1", "--retry-for", "90s")
      let namespace = try await bench.namespace()
      let inspector = Inspector(namespace: namespace, connection: bench.connection)
      try await eventually("it is in the middle") { try await inspector.length() > rides / 2 }
      let dead = ClusterServers.master(of: namespace.log(0))
      await bench.cluster.masters[dead].kill()

      try await bench.cluster.promotion(of: dead)
      // Somebody must be there to confirm what its replica takes as a master.
      try await bench.cluster.masters[dead].restart()
      let result = try await published
      #expect(result.status == 0, "\(result.errors)")
      let waited = try await bench.rides("wait", "--timeout", "60s")
      #expect(waited.status == 0, "\(waited.errors)")
      let audited = try await bench.rides("audit", "--format", "json")
      #expect(audited.status == 0, "\(audited.output)\(audited.errors)")
      #expect(try await bench.completedRides() == rides, "lost or twice")
    }
  }

  @Test("a shard that moves to another node while it is worked on loses nothing, and nothing happens twice")
  func migration() async throws {
    try await ClusterBench.run { bench in
      #expect(try await bench.rides("publish", "--simulate", "0", "--shards", "2").status == 0)
      let workers = try bench.workers()
      defer { for worker in workers { worker.stop() } }
      let rides = 1000
      async let published = bench.rides("publish", "--simulate", "\(rides)", "--rate", "500")
      let namespace = try await bench.namespace()
      let inspector = Inspector(namespace: namespace, connection: bench.connection)
      try await eventually("it is in the middle") { try await inspector.length() > rides / 2 }
      let slot = Slot(of: namespace.log(0)).number
      let source = ClusterServers.master(of: namespace.log(0))
      let target = (source + 1) % 3
      try await bench.cluster.beginMove(of: slot, from: source, to: target)
      while try await bench.cluster.moveKeys(of: slot, from: source, to: target) {}
      try await bench.cluster.endMove(of: slot, from: source, to: target)

      let result = try await published
      #expect(result.status == 0, "\(result.errors)")
      let waited = try await bench.rides("wait", "--timeout", "60s")
      #expect(waited.status == 0, "\(waited.errors)")
      let audited = try await bench.rides("audit")
      #expect(audited.status == 0, "\(audited.output)\(audited.errors)")
      #expect(try await bench.completedRides() == rides, "lost or twice")
      let keys = try await ClusterServers.text(
        "CLUSTER", "COUNTKEYSINSLOT", "\(slot)", at: bench.cluster.masters[source])
      #expect(keys == "" || keys == "0")
    }
  }
}
