import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("An archive that is deleted or exchanged while analytics runs") struct ArchiveLossTests {
  private func length(_ bench: SystemBench) async throws -> Int {
    try await Inspector(namespace: bench.namespace(), connection: bench.connection).length()
  }

  @Test("has nothing trimmed any more, is said in status, and is made complete from the log by rebuild")
  func deleted() async throws {
    try await SystemBench.run { bench in
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      #expect(try await bench.rides("publish", "--simulate", "200").status == 0)
      try await bench.forgetAll(but: ["analytics"])
      var worker = try bench.worker("analytics")
      defer { worker.stop() }
      #expect(try await bench.rides("wait", "--timeout", "30s").status == 0)
      let all = try await length(bench)
      // An older copy, and then it is gone. Of one that nobody uses, a copy of the file alone is whole.
      worker.stop()
      try FileManager.default.copyItem(atPath: archive, toPath: archive + ".old")
      worker = try bench.worker("analytics")
      #expect(try await bench.rides("publish", "--simulate", "50", "--seed", "2").status == 0)
      #expect(try await bench.rides("wait", "--timeout", "30s").status == 0)
      for name in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: archive + name) }
      let more = try await length(bench)
      #expect(more > all)

      let gone = try await bench.rides("trim", "--keep", "0")
      #expect(gone.status == 1)
      #expect(gone.errors.contains("was removed while it was in use"))
      #expect(try await length(bench) == more)
      #expect(try await bench.rides("status").output.contains("was removed while it was in use"))

      try FileManager.default.copyItem(atPath: archive + ".old", toPath: archive)
      try await eventually("the worker has looked at it") {
        try await bench.rides("status").output.contains("it is an older copy")
      }
      #expect(try await bench.rides("trim", "--keep", "0").status == 1)
      #expect(try await length(bench) == more)

      worker.stop()
      #expect(try await bench.rides("rebuild", "analytics", "--apply", "--archive", archive).status == 0)
      worker = try bench.worker("analytics")
      #expect(try await bench.rides("archive", "verify", "--archive", archive).status == 0)
      #expect(try await bench.rides("trim", "--keep", "0").status == 0)
      #expect(try await length(bench) == 0)

      // Another file, as on another host.
      let other = try await RidesProcess.run(
        "worker", "analytics", "--archive", bench.folder.appending(path: "other.sqlite").path(), redis: bench.url)
      #expect(other.status == 1)
      #expect(other.errors.contains("is another store"))
    }
  }
}
