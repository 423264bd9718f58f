import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A namespace made for services") struct FoundingTests {
  private static let services = ["first", "second"]

  private static func service(_ name: String) -> EventService {
    var service = EventService(name)
    service.on(Noted.self) { event in Effects { $0.append(to: "sequence", event.data.number) } }
    return service
  }

  private static func namespace(_ bench: TestBench) async throws -> TestBench {
    TestBench(
      server: bench.server, connection: bench.connection,
      namespace: try await Namespace.open("test", services: services.map { Subscription($0) }, on: bench.connection))
  }

  @Test("keeps for each of them what it has not handled, also if it never ran, whoever trims")
  func trimming() async throws {
    try await TestBench.run { bench in
      let bench = try await Self.namespace(bench)
      _ = try await bench.publish((0..<20).map { Noted("k", $0, place: $0 % 2 == 0 ? "here" : "there") })
      var settings = bench.settings()
      settings.retention = Retention(maxEntries: 0, interval: .milliseconds(10))
      let trimmer = Trimmer(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(Self.service("first"), settings)]) {
        try await bench.settled("first")
        for shard in Set(["here", "there"].map(bench.namespace.shard)) {
          let result = try await trimmer.trim(shard: shard, Retention(maxEntries: 0))
          #expect(result.removed == 0 && result.keptBy == "second")
        }
      }
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      #expect(try await inspector.length() == 20)
      #expect(
        try await inspector.remaining(["second"]).map(\.description) == ["second: never started, 20 not delivered"])
      try await bench.running([bench.worker(Self.service("second"), settings)]) {
        try await eventually("all is handled and gone") { try await inspector.length() == 0 }
      }
      let handled = try await ServiceState(namespace: bench.namespace, connection: bench.connection)
        .records("second", "sequence", as: Int.self)
      #expect(handled.count == 20)
    }
  }

  @Test("keeps everything for one whose group is gone")
  func lostGroup() async throws {
    try await TestBench.run(shards: 1) { bench in
      let bench = try await Self.namespace(bench)
      _ = try await bench.publish([Noted("k", 1)])
      try await bench.running([bench.worker(Self.service("first"))]) { try await bench.settled("first") }
      _ = try await bench.connection.call("XGROUP", "DESTROY", bench.namespace.log(0), "second")
      let result = try await Trimmer(namespace: bench.namespace, connection: bench.connection)
        .trim(shard: 0, Retention(maxEntries: 0))
      #expect(result.removed == 0 && result.keptBy == "second")
      // Whoever opens the namespace next mends that.
      _ = try await Namespace.openExisting("test", on: bench.connection)
      #expect(try await bench.connection.groups(of: bench.namespace.log(0))["second"]?.lag == 1)
    }
  }

  @Test("has a service that never ran begin where it is told to", arguments: [StartPosition.now, .beginning])
  func start(position: StartPosition) async throws {
    try await TestBench.run(shards: 1) { bench in
      let bench = try await Self.namespace(bench)
      _ = try await bench.publish([Noted("k", 1)])
      var settings = bench.settings()
      settings.start = position
      try await bench.running([bench.worker(Self.service("first"), settings)]) {
        try await eventually("it has begun") {
          try await Inspector(namespace: bench.namespace, connection: bench.connection).status().contains {
            $0.owner != nil
          }
        }
        _ = try await bench.publish([Noted("k", 2)])
        try await bench.settled("first")
      }
      let handled = try await ServiceState(namespace: bench.namespace, connection: bench.connection)
        .records("first", "sequence", as: Int.self).map(\.value)
      #expect(handled == (position == .now ? [2] : [1, 2]))
    }
  }

  @Test("lets one go for good that is removed, and knows no service that it was not made for")
  func removing() async throws {
    try await TestBench.run(shards: 1) { bench in
      let bench = try await Self.namespace(bench)
      _ = try await bench.publish([Noted("k", 1)])
      let groups = Groups(namespace: bench.namespace, connection: bench.connection)
      #expect(try await groups.list().map(\.name) == ["first", "second"])
      #expect(try await groups.list().allSatisfy { !$0.isAbandoned })
      #expect(try await groups.remove("second"))
      _ = try await Namespace.open("test", services: Self.services.map { Subscription($0) }, on: bench.connection)
      let status = try await Inspector(namespace: bench.namespace, connection: bench.connection).overview()
      #expect(status.allServices == ["first"])
      #expect(status.groups.map(\.service) == ["first"])
      try await bench.running([bench.worker(Self.service("first"))]) { try await bench.settled("first") }
      let result = try await Trimmer(namespace: bench.namespace, connection: bench.connection)
        .trim(shard: 0, Retention(maxEntries: 0))
      #expect(result.removed == 1)
    }
  }
}
