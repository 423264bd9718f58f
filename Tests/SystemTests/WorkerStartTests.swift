import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("A worker that is started") struct WorkerStartTests {
  @Test("for a namespace that nobody has made serves nothing and makes nothing, unless it is told to")
  func creating() async throws {
    try await SystemBench.run { bench in
      let typo = try await bench.rides("worker", "payment", "--namespace", "ridez")
      #expect(typo.status == 1)
      #expect(typo.errors.contains("there is no namespace 'ridez'") && typo.errors.contains("--create"))
      #expect(try await bench.connection.strings(["KEYS", "*"]).isEmpty)
      let worker = try bench.worker("payment")
      defer { worker.stop() }
      try await eventually("it works") { try await bench.status("payment").contains { $0.owner != nil } }
    }
  }

  @Test("says in a file that it has shards, and takes that back when it ends")
  func ready() async throws {
    try await SystemBench.run { bench in
      let file = bench.folder.appending(path: "ready")
      // What a process that was killed has left says nothing of this one.
      try Data("left".utf8).write(to: file)
      let worker = try RidesProcess(
        ["worker", "payment", "--create", "--ready-file", file.path()], redis: bench.url)
      defer { worker.crash() }
      try await eventually("it is up") {
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text == "{\"pid\":\(worker.identifier),\"services\":[\"payment\"]}\n"
      }
      #expect(try await bench.status("payment").contains { $0.owner != nil })
      worker.send(SIGTERM)
      #expect(try await worker.stopWhenDone() == 0)
      #expect(!FileManager.default.fileExists(atPath: file.path()))
    }
  }

  @Test("in a place where nothing can be written says so in words")
  func readOnly() async throws {
    try await SystemBench.run { bench in
      #expect(try await bench.rides("publish", "--simulate", "1").status == 0)
      for path in ["/dev/null/archive.sqlite", "/proc/archive.sqlite"] {
        let result = try await bench.rides("worker", "analytics", "--archive", path)
        #expect(result.status == 1)
        #expect(result.errors.contains("with --archive"), "\(result.errors)")
        #expect(!result.errors.contains("NSCocoaErrorDomain"))
      }
    }
  }

  @Test("says in one line what of the server's settings may lose events, and so does status")
  func settings() async throws {
    try await SystemBench.run { bench in
      _ = try await bench.connection.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
      let log = bench.folder.appending(path: "log")
      let worker = try RidesProcess(["worker", "payment", "--create"], redis: bench.url, log: log)
      try await eventually("it works") { try await bench.status("payment").contains { $0.owner != nil } }
      worker.stop()
      let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
      #expect(lines.count { $0.contains("maxmemory-policy is allkeys-lru") } == 1)
      #expect(try await bench.rides("status").output.contains("warning: maxmemory-policy is allkeys-lru"))
      #expect(try await bench.rides("status", "--format", "json").output.contains("maxmemory-policy is allkeys-lru"))
    }
  }
}
