import HiredisClient
import Logging
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams

@Suite("The limits of a service") struct RateTests {
  /// Attempts that began, by the machine's clock.
  private final class Log: Sendable {
    let times = Mutex<[ContinuousClock.Instant]>([])
    let running = Mutex(Running())

    struct Running {
      var now = 0
      var most = 0
      var total = 0
    }

    func note() { times.withLock { $0.append(.now) } }

    func enter() {
      running.withLock {
        $0.now += 1
        $0.total += 1
        $0.most = max($0.most, $0.now)
      }
    }

    func leave() { running.withLock { $0.now -= 1 } }

    /// The most attempts that began within a second of each other.
    var mostInASecond: Int {
      times.withLock { times in
        let times = times.sorted()
        var (first, most) = (0, 0)
        for (index, time) in times.enumerated() {
          while times[first] <= time - .seconds(1) { first += 1 }
          most = max(most, index - first + 1)
        }
        return most
      }
    }
  }

  private static func text(_ reply: borrowing Reply) throws -> String { try reply.root.string() }

  private func limiter(_ limits: ServiceLimits, _ name: String, _ server: RedisServer) -> Limiter {
    var settings = WorkerSettings(name: name)
    settings.leaseTime = .milliseconds(600)
    return Limiter(
      limits, namespace: Namespace("test", shardCount: 2), service: "limited", settings: settings,
      connection: Connection(server.url), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Has attempts begin as fast as a limiter lets them, until the task is cancelled.
  private func work(_ limiter: Limiter, tasks: Int, _ body: @escaping @Sendable () async -> Void) async {
    await withTaskGroup { group in
      group.addTask { await limiter.run() }
      for _ in 0..<tasks {
        group.addTask {
          let attempt: @Sendable () async throws -> Effects = {
            await body()
            return .none
          }
          while !Task.isCancelled { _ = try? await limiter.run(shard: 0, key: "k", attempt) }
        }
      }
    }
  }

  /// Three workers, one after the other.
  private func succeedEachOther(
    _ name: String, _ limits: ServiceLimits, _ server: RedisServer, _ log: Log
  ) async throws {
    for life in 0..<3 {
      let limiter = limiter(limits, "\(name)-\(life)", server)
      let run = Task { await work(limiter, tasks: 4) { log.note() } }
      try await Task.sleep(for: .milliseconds(1000 + life * 150))
      run.cancel()
      await run.value
    }
  }

  @Test(
    "hold its rate over all workers, in every sliding second and on average, also when workers come and go and the server's clock jumps"
  )
  func rate() async throws {
    try await ServerClock.with { clock in
      try await withRedis(environment: clock.environment) { server in
        try await FunctionLibrary.load(on: Connection(server.url))
        let log = Log()
        let limits = ServiceLimits(rate: .perSecond(100))
        let began = ContinuousClock.now
        try await withThrowingTaskGroup { group in
          for worker in 0..<3 {
            group.addTask { try await succeedEachOther("worker-\(worker)", limits, server, log) }
          }
          group.addTask {
            for offset in [30, 0, -30, 30, 0] {
              try await Task.sleep(for: .milliseconds(450))
              try clock.set(offset)
            }
          }
          try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        #expect(log.mostInASecond <= 110)
        #expect(Double(log.times.withLock { $0.count }) >= 95 * seconds - 10)
      }
    }
  }

  @Test("hold its concurrency over all workers, share it among those that want some, and free what a dead one had")
  func concurrency() async throws {
    try await withRedis { server in
      try await FunctionLibrary.load(on: Connection(server.url))
      let connection = Connection(server.url)
      let all = Log()
      let logs = [Log(), Log()]
      let limits = ServiceLimits(concurrency: 8)
      // It has died, with three.
      _ = try await connection.call(
        SlotsCall(
          namespace: Namespace("test", shardCount: 2), service: "limited", worker: "dead",
          timeToLive: .milliseconds(600),
          limit: 8, running: 3, wanted: 3))
      var runs: [Task<Void, Never>] = []
      for (index, log) in logs.enumerated() {
        let limiter = limiter(limits, "worker-\(index)", server)
        let attempt: @Sendable () async -> Void = {
          all.enter()
          log.enter()
          try? await Task.sleep(for: .milliseconds(5))
          log.leave()
          all.leave()
        }
        runs.append(Task { await work(limiter, tasks: 8, attempt) })
      }
      try await eventually("both work, and all eight are used") {
        logs.allSatisfy { $0.running.withLock { $0.total > 100 } } && all.running.withLock { $0.most == 8 }
      }
      for run in runs {
        run.cancel()
        await run.value
      }
      #expect(all.running.withLock { $0.most } == 8)
      #expect(logs.allSatisfy { $0.running.withLock { $0.most >= 3 } })
    }
  }

  @Test("cost no call to speak of where they don't bind")
  func loose() async throws {
    try await withRedis { server in
      try await FunctionLibrary.load(on: Connection(server.url))
      let limiter = limiter(ServiceLimits(rate: .perSecond(1_000_000), concurrency: 1000), "worker", server)
      let log = Log()
      let run = Task { await work(limiter, tasks: 2) { log.enter() } }
      try await eventually("many have run") { log.running.withLock { $0.total > 100_000 } }
      run.cancel()
      await run.value
      let stats = try await Self.text(Connection(server.url).call("INFO", "commandstats"))
      let calls = stats.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_fcall:calls=") }
        .flatMap { $0.split { !$0.isNumber }.first }.flatMap { Int($0) }
      #expect(try #require(calls) < 1000)
    }
  }
}
