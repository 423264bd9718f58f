import HiredisClient
import Logging
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A topic that a service comes to want later") struct WantedLaterTests {
  private static let keys = 5

  /// The service before it wanted the topic, and since; it keeps the sequence per key.
  private static func service(
    wanting isNew: Bool, concurrency: Int = 1, holding time: Duration = .seconds(3600)
  ) -> EventService {
    var retry = RetryPolicy.standard
    retry.holdTime = time
    var service = EventService("growing", concurrency: concurrency, retry: retry)
    service.on(Noted.self) { event in Effects { $0.append(to: event.data.key, event.data.number) } }
    if isNew { service.on(Extra.self) { event in Effects { $0.append(to: event.data.key, event.data.number) } } }
    return service
  }

  /// Even numbers in the topic that it always wanted, odd ones in the other; each key has both.
  private static func publish(_ numbers: Range<Int>, _ bench: TestBench) async throws {
    let events = numbers.map { number in
      let key = "k\(number % keys)"
      return number % 2 == 0 ? EncodedEvent(Noted(key, number, place: "here")) : EncodedEvent(Extra(key, number))
    }
    _ = try await Publisher(namespace: bench.namespace, connection: bench.connection).publish(events)
  }

  private static func handled(_ bench: TestBench) async throws -> [[Int]] {
    let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
    var sequences: [[Int]] = []
    for key in 0..<keys {
      sequences.append(try await state.records("growing", "k\(key)", as: Int.self).map(\.value))
    }
    return sequences
  }

  private static func await(_ count: Int, _ bench: TestBench) async throws {
    try await eventually("\(count) are handled") { try await handled(bench).reduce(0) { $0 + $1.count } >= count }
  }

  /// Of what came before the last that was handled without the topic only what was wanted then; from there on each, once, and in order.
  private static func expect(_ bench: TestBench, notWantedBefore first: Int, until end: Int) async throws {
    let expected = (0..<end).filter { $0 % 2 == 0 || $0 > first }
    for (key, sequence) in try await handled(bench).enumerated() {
      #expect(sequence == expected.filter { $0 % keys == key }, "k\(key)")
    }
    #expect(try await bench.connection.integer(["XLEN", bench.namespace.dead(0, "growing")]) == 0)
  }

  @Test(
    "is delivered from the service's position on: no gap, no repetition, in the order of the log with the others",
    arguments: [1, 4])
  func position(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      try await bench.running([bench.worker(Self.service(wanting: false))]) {
        try await Self.publish(0..<99, bench)
        try await Self.await(50, bench)
      }
      // While nobody works; and while somebody does.
      try await Self.publish(99..<200, bench)
      let new = bench.worker(Self.service(wanting: true, concurrency: concurrency), bench.settings("new"))
      try await bench.running([new]) {
        for start in stride(from: 200, to: 400, by: 20) { try await Self.publish(start..<start + 20, bench) }
        try await Self.await(50 + 301, bench)
      }
      try await Self.expect(bench, notWantedBefore: 98, until: 400)
    }
  }

  @Test("is delivered so though workers die again and again while they come to it", arguments: [1, 4])
  func deaths(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      try await bench.running([bench.worker(Self.service(wanting: false))]) {
        try await Self.publish(0..<99, bench)
        try await Self.await(50, bench)
      }
      try await Self.publish(99..<1000, bench)
      let proxy = try SwallowingProxy(bench.server)
      defer { proxy.stop() }
      for round in 0..<5 {
        // It dies a little later each time: before it has the shard, before it has read, between two commits.
        proxy.letThrough()
        proxy.swallow(afterBytes: 1000 << round)
        var settings = bench.settings("mortal-\(round)", lease: .milliseconds(300))
        settings.batchSize = 40
        settings.window = 80
        settings.blockTime = .milliseconds(50)
        settings.responseTimeout = .milliseconds(300)
        settings.drainTime = .milliseconds(1)
        var log = Logger(label: "test")
        log.logLevel = .critical
        let worker = Worker(
          Self.service(wanting: true, concurrency: concurrency), namespace: bench.namespace, redis: proxy.url,
          settings: settings, log: log)
        try await bench.running([worker]) {
          try await eventually("it is dead") { proxy.hasReachedLimit }
        }
      }
      let before = try await Self.handled(bench).reduce(0) { $0 + $1.count }
      #expect(before > 50 && before < 900, "\(before) were handled by those that died")
      let last = bench.worker(Self.service(wanting: true, concurrency: concurrency), bench.settings("last"))
      try await bench.running([last]) { try await Self.await(50 + 901, bench) }
      try await Self.expect(bench, notWantedBefore: 98, until: 1000)
    }
  }

  @Test(
    "is held by a worker of the older version that has the shard, with what follows of its keys; the newer goes on there"
  )
  func olderHasIt() async throws {
    try await TestBench.run(shards: 1) { bench in
      try await bench.running([bench.worker(Self.service(wanting: true), bench.settings("new"))]) {
        try await Self.publish(0..<20, bench)
        try await Self.await(20, bench)
      }
      try await bench.running([bench.worker(Self.service(wanting: false), bench.settings("old"))]) {
        // 20 … 24 are one of each key; what comes after an odd one waits for it.
        try await Self.publish(20..<40, bench)
        try await Self.await(23, bench)
        try await eventually("all is read") {
          try await bench.connection.groups(of: "test:{0}:log:extras")["growing"]?.lag == 0
        }
      }
      for (key, sequence) in try await Self.handled(bench).enumerated() {
        #expect(sequence.filter { $0 >= 20 } == (key % 2 == 0 ? [20 + key] : []), "k\(key)")
      }
      try await bench.running([bench.worker(Self.service(wanting: true), bench.settings("newer"))]) {
        try await Self.await(40, bench)
      }
      for (key, sequence) in try await Self.handled(bench).enumerated() {
        #expect(sequence == Array(stride(from: key, to: 40, by: Self.keys)))
      }
      #expect(try await bench.connection.integer(["XLEN", bench.namespace.dead(0, "growing")]) == 0)
    }
  }

  @Test("is lost to no older worker that handles its dead letters again; the newer one does so by itself")
  func deadLetters() async throws {
    try await TestBench.run(shards: 1) { bench in
      try await bench.running([bench.worker(Self.service(wanting: true), bench.settings("new"))]) {
        try await Self.publish(0..<2, bench)
        try await Self.await(2, bench)
      }
      let letters = DeadLetters(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(Self.service(wanting: false, holding: .zero), bench.settings("old"))]) {
        try await Self.publish(5..<6, bench)
        try await eventually("it is dead") { try await letters.list(service: "growing").count == 1 }
        let first = try await letters.list(service: "growing").first?.about.at
        #expect(try await letters.redrive(letters.list(service: "growing")) == 1)
        try await eventually("it is dead again") {
          let isOver = try await bench.connection.integer(["EXISTS", bench.namespace.redrive(0, "growing")]) == 0
          return try await letters.list(service: "growing").first?.about.at != first && isOver
        }
      }
      try await bench.running([bench.worker(Self.service(wanting: true), bench.settings("newer"))]) {
        try await eventually("it is handled") { try await letters.list(service: "growing").isEmpty }
      }
      #expect(try await Self.handled(bench) == [[0, 5], [1], [], [], []])
    }
  }

  /// A history that nobody can read.
  private struct UnreadableHistory: EventHistory {
    let whole: RememberedHistory

    func events(shard: Int, after place: EntryID, limit: Int) async throws -> [RecordedEvent] {
      throw RedisError(.connectionClosed, "the connection is lost")
    }

    func extent(shard: Int) async throws -> HistoryExtent? {
      try await whole.extent(shard: shard)
    }
  }

  @Test("is passed over by no older worker that takes the shard while the service is in its history")
  func history() async throws {
    try await TestBench.run(shards: 1) { bench in
      let history = RememberedHistory()
      try await Self.publish(0..<20, bench)
      try await bench.running([bench.worker(history.service)]) {
        try await eventually("all is stored") { try await history.extent(shard: 0)?.count ?? 0 >= 20 }
      }
      for topic in ["events", "extras"] {
        _ = try await bench.connection.call("XTRIM", "test:{0}:log:\(topic)", "MAXLEN", "0")
      }
      func settings(_ name: String, _ history: any EventHistory) -> WorkerSettings {
        var settings = bench.settings(name)
        settings.history = history
        return settings
      }
      let lease = bench.namespace.lease(0, "growing")
      try await bench.running([
        bench.worker(Self.service(wanting: true), settings("new", UnreadableHistory(whole: history)))
      ]) {
        try await eventually("it is in its history") {
          try await bench.connection.integer(["HEXISTS", lease, "epoch"]) == 1
        }
      }
      let lines = LoggedLines()
      let old = Worker(
        Self.service(wanting: false), namespace: bench.namespace, redis: bench.server.url,
        settings: settings("old", history), log: lines.logger(.error))
      try await bench.running([old]) {
        try await eventually("it says that it can't go on") { lines.contains("that version must go on with it") }
        try await bench.running([bench.worker(Self.service(wanting: true), settings("newer", history))]) {
          try await Self.await(20, bench)
        }
      }
      for (key, sequence) in try await Self.handled(bench).enumerated() {
        #expect(sequence == Array(stride(from: key, to: 20, by: Self.keys)))
      }
    }
  }
}
