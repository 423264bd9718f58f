import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("FLUSHALL in the middle of many rides") struct FlushTests {
  /// The producer publishes all rides again and again until `isOver`, and once more after that; then none is missing.
  private static func produce(_ count: Int, _ seed: UInt64, _ bench: SystemBench, until isOver: () -> Bool) async throws
  {
    func publish(_ rate: Int) async throws -> TestProgram.Run {
      try await bench.simulate(count, seed: seed, "--rate", "\(rate)")
    }
    _ = try await publish(1500)
    while !isOver() { _ = try await publish(100_000) }
    let last = try await publish(100_000)
    #expect(last.status == 0, "\(last.output) \(last.errors)")
    let again = try await publish(100_000)
    #expect(again.status == 0 && again.output.hasPrefix("published 0 events"), "\(again.output) \(again.errors)")
  }

  @Test("and a restore, while all services and a retrying producer go on: no ride is lost, none is charged twice")
  func everything() async throws {
    try await SystemBench.run { bench in
      let (count, seed) = (1500, UInt64(21))
      let workers = try RideServices.standard.names.map { try bench.worker($0) }
      defer { workers.forEach { $0.crash() } }
      let restored = bench.folder.appending(path: "restored")
      let producer = Task.detached {
        try await Self.produce(count, seed, bench) { FileManager.default.fileExists(atPath: restored.path()) }
      }
      func paid() async throws -> Int {
        guard let namespace = try await Namespace.find("rides", on: bench.connection) else { return 0 }
        return try await ServiceState(namespace: namespace, connection: bench.connection).hash("payment", "payments")
          .count
      }
      try await eventually("half of the rides are paid") { try await paid() > count / 2 }
      _ = try await bench.connection.call("FLUSHALL")
      try await eventually("the services go on with what comes") { try await bench.handled("driver") > 100 }
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      let result = try await bench.rides("restore", "--from-archive", archive, "--shards", "8")
      #expect(result.status == 0, "\(result.errors)")
      #expect(FileManager.default.createFile(atPath: restored.path(), contents: nil))
      try await producer.value

      let waited = try await bench.rides("wait", "--timeout", "60s")
      #expect(waited.status == 0, "\(waited.errors)")
      let audit = try await bench.rides("audit", "--archive", archive)
      #expect(audit.status == 0, "\(audit.output) \(audit.errors)")
      #expect(audit.output.contains("\(count) rides,"), "\(audit.output)")
      #expect(try await paid() == count)
      let verified = try await bench.rides("archive", "verify", "--archive", archive)
      #expect(verified.status == 0, "\(verified.output)")
      let trial = try await bench.rides("trial-balance")
      #expect(trial.status == 0, "\(trial.errors)")
      let rows = try await bench.rides("analytics", "sql", "--archive", archive, "SELECT count(*) AS rides FROM rides")
      #expect(rows.output.contains("\(count)") && !rows.output.contains("\(2 * count)"), "\(rows.output)")
    }
  }
}
