import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A pause") struct PauseTests {
  private func service(concurrency: Int) -> EventService {
    var service = EventService("noting", concurrency: concurrency)
    service.on(Noted.self) { event in Effects { $0.append(to: event.data.key, event.data.number) } }
    return service
  }

  private func records(_ key: String, _ bench: TestBench) async throws -> [Int] {
    let reader = CommittedState(namespace: bench.namespace, service: "noting", connection: bench.connection)
    return try await OwnedShard(number: 0, epoch: 0, reader: reader)
      .records(key, after: .zero, limit: 1000, as: Int.self).map(\.value)
  }

  private func pauses(_ bench: TestBench) -> Pauses { Pauses(namespace: bench.namespace, connection: bench.connection) }

  @Test(
    "of a service stops it at once, is in status, and is kept to by whoever comes next, until it is taken back",
    arguments: [1, 8])
  func whole(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(service(concurrency: concurrency))]) {
        _ = try await bench.publish([Noted("k", 0)])
        try await bench.settled("noting")
        try await pauses(bench).add(Pause(.service, reason: "the disk is full"), to: "noting")
        try await eventually("the worker has heard of it", within: .seconds(1)) {
          try await inspector.status().contains { $0.pausedBecause == "the disk is full" }
        }
        _ = try await bench.publish((1..<300).map { Noted("k", $0) })
      }
      #expect(try await records("k", bench) == [0])
      try await bench.running([bench.worker(service(concurrency: concurrency), bench.settings("worker-2"))]) {
        try await eventually("the next has heard of it") {
          try await inspector.status().contains { $0.owner == "worker-2" && $0.pausedBecause == "the disk is full" }
        }
        #expect(try await records("k", bench) == [0])
        #expect(try await pauses(bench).remove(nil, from: "noting").map(\.reason) == ["the disk is full"])
        try await eventually("it goes on", within: .seconds(1)) { try await !records("k", bench).dropFirst().isEmpty }
        try await bench.settled("noting")
      }
      #expect(try await records("k", bench) == Array(0..<300))
      #expect(try await pauses(bench).remove(nil, from: "noting").isEmpty)
    }
  }

  @Test("of a key keeps its events waiting in order, while others go on; and so does one of a type", arguments: [1, 8])
  func partial(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      for scope in [Pause.Scope.key("k"), .type(Noted.eventType)] {
        try await pauses(bench).add(Pause(scope, reason: "disputed"), to: "noting")
        let first = try await records("k", bench).count
        let others = try await records("other", bench).count
        try await bench.running([bench.worker(service(concurrency: concurrency))]) {
          for number in 0..<100 {
            _ = try await bench.publish([Noted("k", first + number), Noted("other", others + number)])
          }
          if scope == .key("k") {
            try await eventually("others go on") { try await records("other", bench).count == others + 100 }
          } else {
            try await eventually("it is all read") {
              try await bench.connection.groups(of: bench.namespace.log(0))["noting"]?.lag == 0
            }
            #expect(try await records("other", bench).count == others)
          }
          #expect(try await records("k", bench).count == first)
          _ = try await pauses(bench).remove(scope, from: "noting")
          try await bench.settled("noting")
        }
        #expect(try await records("k", bench) == Array(0..<first + 100))
        #expect(try await records("other", bench) == Array(0..<others + 100))
      }
    }
  }

  @Test("that can't be read stops nothing")
  func odd() async throws {
    try await TestBench.run(shards: 1) { bench in
      for odd in [["SET", bench.namespace.paused, "x"], ["HSET", bench.namespace.paused, "noting", "no pause"]] {
        _ = try await bench.connection.call("DEL", bench.namespace.paused)
        _ = try await bench.connection.call(odd)
        _ = try await bench.publish([Noted("k", odd.count)])
        try await bench.running([bench.worker(service(concurrency: 1))]) { try await bench.settled("noting") }
        #expect(try await pauses(bench).list().isEmpty)
      }
    }
  }

  @Test("that has an end is over by then")
  func end() async throws {
    try await TestBench.run(shards: 1) { bench in
      try await pauses(bench).add(Pause(.service, until: .now() + .milliseconds(400), reason: "a moment"), to: "noting")
      try await bench.running([bench.worker(service(concurrency: 1))]) {
        _ = try await bench.publish([Noted("k", 0)])
        try await bench.settled("noting", within: .seconds(3))
      }
      #expect(try await pauses(bench).list().isEmpty)
    }
  }
}
