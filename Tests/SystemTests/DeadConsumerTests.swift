import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("What a dead worker left pending", .serialized) struct DeadConsumerTests {
  private let log = "test:{0}:log:events"
  private let namespace = Namespace("test", shardCount: 1)

  /// Adds events to the log at once; the key of the n-th is n modulo 100, but for one.
  private func fill(_ connection: Connection, _ count: Int, poison: Int = 0) async throws {
    _ = try await Namespace.open("test", shardCount: 1, on: connection)
    let script = """
      for i = 1, tonumber(ARGV[1]) do
        local key = i == tonumber(ARGV[2]) and 'poison' or 'key-' .. i % 100
        redis.call('XADD', KEYS[1], '*', 'event',
          '{"type":"NOTED","timestamp":"2026-04-03T10:30:00Z","key":"' .. key .. '","data":{"key":"' .. key .. '"}}')
      end
      """
    _ = try await connection.call("EVAL", script, "1", log, "\(count)", "\(poison)")
    _ = try await connection.call("HSET", namespace.topics(0), Namespace.standardTopic, "")
  }

  private func counts(_ connection: Connection) async throws -> [String: Int] {
    let values = try await connection.strings(["HGETALL", namespace.state(0, "counting", "counts")])
    return Dictionary(
      uniqueKeysWithValues: stride(from: 0, to: values.count, by: 2).map { (values[$0], Int(values[$0 + 1]) ?? 0) })
  }

  private func isQuiet(_ connection: Connection) async throws -> Bool {
    let groups = try await groups(connection)
    return groups.count == 1 && groups.allSatisfy(\.isQuiet)
  }

  private func groups(_ connection: Connection) async throws -> [GroupStatus] {
    try await Inspector(namespace: namespace, connection: connection).status()
  }

  @Test("200,000 entries of it are taken over in bounded batches, with steady memory")
  func large() async throws {
    let count = 200_000
    try await withRedis { server in
      let connection = Connection(server.url)
      try await fill(connection, count)
      _ = try await connection.call("XGROUP", "CREATE", log, "counting", "0")
      let script = "redis.call('XREADGROUP', 'GROUP', 'counting', 'dead', 'COUNT', ARGV[1], 'STREAMS', KEYS[1], '>')"
      for _ in 0..<(count / 2000) { _ = try await connection.call("EVAL", script, "1", log, "2000") }
      #expect(try await groups(connection).map(\.pending) == [count])

      let worker = try RidesProcess([], redis: server.url.description, isQuiet: true, program: "TestWorker")
      defer { worker.crash() }
      try await eventually("the first are taken over") { try await !counts(connection).isEmpty }
      let before = worker.statusNumber("VmRSS")
      try await eventually("all are taken over") { try await isQuiet(connection) }
      #expect(try await counts(connection).values.allSatisfy { $0 == count / 100 })
      if let before, let peak = worker.statusNumber("VmHWM") {
        #expect(peak < 100_000 && peak - before < 20_000, "\(before) kB, then up to \(peak) kB")
      }
    }
  }

  @Test(
    "because one event ends every process that handles it, is found by halving: it dies of it three times alone, is in the dead letters then, and no other event was counted as failed"
  )
  func poison() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      try await fill(connection, 300, poison: 150)
      var deaths = 0
      var worker: RidesProcess?
      defer { worker?.crash() }
      /// Starts workers, if none is running, until one lives to see the end.
      func supervise(while isWorking: () async throws -> Bool) async throws {
        while true {
          let running =
            if let worker, worker.isRunning {
              worker
            } else {
              try RidesProcess(["64"], redis: server.url.description, isQuiet: true, program: "TestWorker")
            }
          worker = running
          try await eventually("it dies, or is done") {
            if !running.isRunning { return true }
            return try await !isWorking()
          }
          if running.isRunning { return }
          deaths += 1
          let pending = try await Inspector(namespace: namespace, connection: connection).pending(limit: 1000)
          #expect(pending.allSatisfy { $0.deliveries == 1 || $0.header?.key == "poison" })
          try #require(deaths <= 9, "64 events in flight need log2(64) + 3 deaths")
        }
      }
      try await supervise { try await !isQuiet(connection) }
      let dead = DeadLetters(namespace: namespace, connection: connection)
      let letters = try await dead.list(service: "counting")
      #expect(letters.map(\.key) == ["poison"])
      #expect(letters.map(\.about.attempts) == [3])
      #expect(letters.map(\.about.reason) == ["the process ended 3 times while it handled this event"])
      #expect(try await counts(connection).values.reduce(0, +) == 299)

      // Whoever has it handled again has three more deaths, and the letter.
      deaths = 0
      #expect(try await dead.redrive(letters) == 1)
      try await supervise { try await !isQuiet(connection) }
      #expect(deaths == 3)
      #expect(try await dead.list(service: "counting").map(\.id) == letters.map(\.id))
      #expect(try await counts(connection).values.reduce(0, +) == 299)
    }
  }
}
