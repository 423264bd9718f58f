import HiredisClient
import Logging
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("What a history gives out is handled as the log is") struct HistoryHandlingTests {
  /// Runs a worker that reaches the server through a proxy, which is cut when `body` returns: to the others its process has died.
  private static func dying(
    _ service: EventService, _ name: String, _ history: any EventHistory, _ bench: TestBench, _ proxy: SwallowingProxy,
    _ body: () async throws -> Void
  ) async throws {
    proxy.letThrough()
    var settings = bench.settings(name, lease: .milliseconds(300))
    settings.history = history
    settings.blockTime = .milliseconds(50)
    settings.responseTimeout = .milliseconds(300)
    settings.drainTime = .milliseconds(1)
    var log = Logger(label: "test")
    log.logLevel = .critical
    let worker = Worker(service, namespace: bench.namespace, redis: proxy.url, settings: settings, log: log)
    try await bench.running([worker]) {
      try await body()
      proxy.swallow()
    }
  }

  private static func sequences(_ bench: TestBench, _ service: String) async throws -> [[Int]] {
    let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
    var sequences: [[Int]] = []
    for key in 0..<5 {
      sequences.append(try await state.records(service, "k\(key)", as: Int.self).map(\.value))
    }
    return sequences
  }

  private static func history(of count: Int, _ bench: TestBench) async throws -> RememberedHistory {
    let history = RememberedHistory()
    _ = try await bench.publish((0..<count).map { Noted("k\($0 % 5)", $0) })
    try await bench.running([bench.worker(history.service)]) { try await bench.settled("archive") }
    _ = try await bench.connection.call("XTRIM", bench.namespace.log(0), "MAXLEN", "0")
    return history
  }

  private static let expected = (0..<5).map { Array(stride(from: $0, to: 60, by: 5)) }

  @Test(
    "One that waits for its retry holds up no other key, also beyond the death of the process, and its attempts count on",
    arguments: [1, 4])
  func retry(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      let history = try await Self.history(of: 60, bench)
      let attempts = Mutex<[Int]>([])
      func service(isMended: Bool) -> EventService {
        var service = EventService("noting", concurrency: concurrency)
        service.on(Noted.self) { event in
          if event.data.number == 12 {
            attempts.withLock { $0.append(event.attempt) }
            if !isMended { throw RetryLater(after: .seconds(3600), "not yet") }
          }
          return Effects { $0.append(to: event.data.key, event.data.number) }
        }
        return service
      }
      let lease = bench.namespace.lease(0, "noting")
      let proxy = try SwallowingProxy(bench.server)
      defer { proxy.stop() }
      try await Self.dying(service(isMended: false), "a", history, bench, proxy) {
        try await eventually("the others are handled") {
          try await Self.sequences(bench, "noting").reduce(0) { $0 + $1.count } == 50
        }
      }
      #expect(try await bench.connection.integer(["SCARD", "\(lease):behind"]) == 10)
      var settings = bench.settings("b")
      settings.history = history
      try await bench.running([bench.worker(service(isMended: true), settings)]) {
        try await bench.caughtUp("noting")
      }
      #expect(try await Self.sequences(bench, "noting") == Self.expected)
      #expect(attempts.withLock { $0 } == [1, 2])
      let left = ["\(lease):behind", bench.namespace.retry(0, "noting")]
      #expect(try await bench.connection.integer(["EXISTS"] + left) == 0)
    }
  }

  @Test("One with which the process dies again and again ends in the dead letters, and no other", arguments: [1, 4])
  func deaths(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      let history = try await Self.history(of: 60, bench)
      var service = EventService("noting", concurrency: concurrency)
      let reached = Mutex(0)
      service.on(Noted.self) { event in
        if event.data.number == 10 {
          reached.withLock { $0 += 1 }
          try await Task.sleep(for: .seconds(3600))
        }
        return Effects { $0.append(to: event.data.key, event.data.number) }
      }
      let letters = DeadLetters(namespace: bench.namespace, connection: bench.connection)
      let proxy = try SwallowingProxy(bench.server)
      defer { proxy.stop() }
      var deaths = 0
      while try await letters.list(service: "noting").isEmpty, deaths < 20 {
        try await Self.dying(service, "mortal-\(deaths)", history, bench, proxy) {
          try await eventually("it has come to it, or given it up") {
            if reached.withLock({ $0 }) > deaths { return true }
            return try await !letters.list(service: "noting").isEmpty
          }
        }
        deaths += 1
      }
      var settings = bench.settings("last")
      settings.history = history
      try await bench.running([bench.worker(service, settings)]) { try await bench.caughtUp("noting") }
      let found = try await letters.list(service: "noting")
      #expect(found.map(\.isParked) == [false] + Array(repeating: true, count: 9))
      #expect(found.allSatisfy { $0.key == "k0" && $0.topic.isEmpty })
      #expect(found.first.map { String(decoding: $0.json, as: UTF8.self).contains("NOTED:k0:10") } == true)
      #expect(found.first?.about.reason == "the process ended 3 times while it handled this event")
      var expected = Self.expected
      expected[0] = [0, 5]
      #expect(try await Self.sequences(bench, "noting") == expected)
    }
  }

  @Test(
    "A key that an operator wants left alone is, and others go on; then it goes on where it was", arguments: [1, 4])
  func pause(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      let history = try await Self.history(of: 60, bench)
      var service = EventService("noting", concurrency: concurrency)
      service.on(Noted.self) { event in Effects { $0.append(to: event.data.key, event.data.number) } }
      let pauses = Pauses(namespace: bench.namespace, connection: bench.connection)
      try await pauses.add(Pause(.key("k3"), reason: "under investigation"), to: "noting")
      var settings = bench.settings()
      settings.history = history
      try await bench.running([bench.worker(service, settings)]) {
        try await eventually("the others are handled") {
          try await Self.sequences(bench, "noting").reduce(0) { $0 + $1.count } == 48
        }
        #expect(try await Self.sequences(bench, "noting")[3].isEmpty)
        _ = try await pauses.remove(nil, from: "noting")
        try await bench.caughtUp("noting")
      }
      #expect(try await Self.sequences(bench, "noting") == Self.expected)
    }
  }

  @Test("What the server counts of a service's limits counts there as well")
  func limits() async throws {
    try await TestBench.run(shards: 1) { bench in
      let history = try await Self.history(of: 20, bench)
      let times = Mutex<[String: [ContinuousClock.Instant]]>([:])
      let limits = ServiceLimits(ratePerKey: ServiceLimits.Rate(1, per: .milliseconds(300)))
      var service = EventService("noting", concurrency: 4, limits: limits)
      service.on(Noted.self) { event in
        times.withLock { $0[event.data.key, default: []].append(.now) }
        return .none
      }
      var settings = bench.settings()
      settings.history = history
      try await bench.running([bench.worker(service, settings)]) { try await bench.caughtUp("noting") }
      for (key, times) in times.withLock({ $0 }) {
        #expect(times.count == 4)
        for (earlier, later) in zip(times, times.dropFirst()) {
          #expect(later - earlier > .milliseconds(295), "\(key)")
        }
      }
    }
  }
}
