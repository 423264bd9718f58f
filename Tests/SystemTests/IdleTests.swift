import EventStreams
import EventStreamsOperations
import Foundation
import Redis
import RedisTestSupport
import Testing

@Suite("Idle workers", .serialized) struct IdleTests {
  @Test("six together use less than 2 % of a core, and fewer than 80 commands a second, those inside functions counted")
  func six() async throws {
    try await SystemBench.run { bench in
      let workers = try RidesProcess(
        [
          "up", "--archive", bench.folder.appending(path: "a.sqlite").path(), "--outbox",
          bench.folder.appending(path: "outbox").path(),
        ], redis: bench.url, isQuiet: true)
      defer { workers.crash() }
      try await eventually("they own everything") {
        let namespace = try await Namespace.find("rides", on: bench.connection)
        guard let namespace else { return false }
        let status = try await Inspector(namespace: namespace, connection: bench.connection).status()
        return status.count == 48 && status.allSatisfy { $0.owner != nil }
      }
      // Until the first look after that, which is a thorough one, is over.
      let thorough = ContinuousClock.now + .seconds(2)
      try await Task.sleep(until: thorough, clock: .continuous)
      let before = workers.processorTime()
      _ = try await bench.connection.call("CONFIG", "RESETSTAT")
      let began = ContinuousClock.now
      // Twice the time between two looks at the leases.
      try await Task.sleep(for: .seconds(10))
      let calls = try await commands(bench.connection)
      let seconds = (ContinuousClock.now - began) / .seconds(1)
      #expect(Double(calls) / seconds < 80, "\(calls) commands in \(seconds) s")
      if let before, let after = workers.processorTime() {
        #expect((after - before) / seconds < 0.02, "\(after - before) s of \(seconds) s")
      }
    }
  }

  private func commands(_ connection: Connection) async throws -> Int {
    let reply = try await connection.call("INFO", "commandstats")
    return try reply.root.string().split(separator: "\r\n").reduce(0) { sum, line in
      // cmdstat_fcall:calls=12,usec=…
      let fields = line.split(separator: ":calls=")
      guard line.hasPrefix("cmdstat_"), fields.count == 2 else { return sum }
      return sum + (Int(fields[1].prefix(while: \.isNumber)) ?? 0)
    }
  }
}
