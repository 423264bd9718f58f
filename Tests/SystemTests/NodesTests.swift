import EventStreams
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("rides nodes") struct NodesTests {
  private struct Node: Decodable {
    struct Shard: Decodable {
      let shard: Int
      let entries: Int
      let added: Int
    }
    let node: String
    let role: String
    let replicaOf: String?
    let slotCount: Int
    let version: String?
    let entries: Int
    let lag: Int
    let shards: [Shard]
  }

  private func nodes(_ output: String) throws -> [Node] {
    try JSONDecoder().decode([Node].self, from: Data(output.utf8))
  }

  @Test(
    "tells which node has which shards, and what its plan prints has the load spread evenly, once carried out by a shell"
  )
  func plan() async throws {
    try await ClusterBench.run(replicas: true) { bench in
      #expect(try await bench.rides("publish", "--simulate", "200", "--shards", "24").status == 0)
      // All of it to the first, but for what the third has.
      let second = bench.cluster.masters[1]
      let namespace = try await bench.namespace()
      for shard in namespace.shards where ClusterServers.master(of: namespace.log(shard)) == 1 {
        let slot = Slot(of: namespace.log(shard)).number
        try await bench.cluster.beginMove(of: slot, from: 1, to: 0)
        while try await bench.cluster.moveKeys(of: slot, from: 1, to: 0) {}
        try await bench.cluster.endMove(of: slot, from: 1, to: 0)
      }
      let before = try nodes(await bench.rides("nodes", "--format", "json").output)
      #expect(before.count == 6)
      let masters = before.filter { $0.role == "master" }
      #expect(masters.reduce(0) { $0 + $1.slotCount } == 16_384)
      #expect(masters.flatMap(\.shards).map(\.shard).sorted() == Array(0..<24))
      let emptied = try #require(masters.first { $0.node == "127.0.0.1:\(try second.port)" })
      #expect(emptied.shards.isEmpty && emptied.entries == 0)
      #expect(
        before.filter { $0.role == "replica" }.allSatisfy { replica in masters.contains { $0.node == replica.replicaOf }
        })
      #expect(masters.allSatisfy { $0.version?.isEmpty == false })
      #expect(masters.reduce(0) { $0 + $1.lag } > 0, "nobody has handled anything")

      let plan = try await bench.rides("nodes", "--plan")
      #expect(plan.status == 0, "\(plan.errors)")
      let shell = try await RidesProcess.run(
        all: ["-e", "-c", plan.output], redis: bench.cluster.url.description, program: "/bin/sh")
      #expect(shell.status == 0, "\(shell.errors)")
      try await eventually("all nodes know of it, and nothing is left to move") {
        try await bench.rides("nodes", "--plan").output.hasPrefix("# nothing to move")
      }
      let after = try nodes(await bench.rides("nodes", "--format", "json").output).filter { $0.role == "master" }
      let sums = after.map { $0.shards.reduce(0) { $0 + $1.added } }
      let mean = sums.reduce(0, +) / 24
      #expect((sums.max() ?? 0) - (sums.min() ?? 0) <= mean + 1, "\(sums)")
      #expect(after.reduce(0) { $0 + $1.entries } == masters.reduce(0) { $0 + $1.entries }, "lost on its way")
      let table = try await bench.rides("nodes")
      #expect(table.output.hasPrefix("NODE"), "\(table.errors)")
    }
  }

  @Test("with one server there is one node, and nothing to move")
  func single() async throws {
    try await SystemBench.run { bench in
      #expect(try await bench.rides("publish", "--simulate", "10").status == 0)
      let found = try nodes(await bench.rides("nodes", "--format", "json").output)
      #expect(found.count == 1)
      #expect(found.first?.slotCount == 16_384)
      #expect(found.first?.shards.count == 8)
      let plan = try await bench.rides("nodes", "--plan")
      #expect(plan.status == 0)
      #expect(plan.output.hasPrefix("# nothing to move"))
    }
  }
}
