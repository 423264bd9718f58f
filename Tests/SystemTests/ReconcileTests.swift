import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("A server that goes back to an earlier moment under a live worker") struct ReconcileTests {
  @Test(
    "is shown in status until the archive's events that it lost are published again, each once, after which all holds")
  func reconcile() async throws {
    // What it has when it starts is what it saved last.
    try await SystemBench.run(arguments: []) { bench in
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      func length() async throws -> Int {
        try await Inspector(namespace: bench.namespace(), connection: bench.connection).length()
      }
      #expect(try await bench.rides("publish", "--simulate", "200").status == 0)
      try await bench.forgetAll(but: ["analytics"])
      let worker = try bench.worker("analytics")
      defer { worker.stop() }
      #expect(try await bench.rides("wait", "--timeout", "60s").status == 0)
      _ = try await bench.connection.call("SAVE")
      let before = try await length()
      #expect(try await bench.rides("publish", "--simulate", "100", "--seed", "2").status == 0)
      #expect(try await bench.rides("wait", "--timeout", "60s").status == 0)
      let after = try await length()
      #expect(after > before)
      #expect(
        try await bench.rides("reconcile", "--archive", archive).output
          == "0 events that the log had lost are published again\n")

      await bench.server.kill()
      try await bench.server.restart()
      #expect(try await length() == before)
      try await eventually("its worker has noticed, and status tells") {
        try await bench.rides("status").output.contains("warning: the server went back to an earlier moment: at ")
      }
      let reconciled = try await bench.rides("reconcile", "--archive", archive)
      #expect(reconciled.status == 0, "\(reconciled.errors)")
      #expect(reconciled.output.contains("\(after - before) events that the log had lost are published again"))
      #expect(try await length() == after)
      #expect(try await !bench.rides("status").output.contains("went back"))
      #expect(try await bench.rides("wait", "--timeout", "60s").status == 0)
      let verified = try await bench.rides("archive", "verify", "--archive", archive)
      #expect(verified.status == 0, "\(verified.output)")
      let again = try await bench.rides("reconcile", "--archive", archive)
      #expect(again.output.contains("0 events that the log had lost are published again"), "\(again.output)")
      #expect(try await length() == after)
    }
  }
}
