import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@testable import RidesCLI

@Suite("rides up with a Redis of its own") struct UpTests {
  @Test(
    "ends with 0 when it is told to, after what was published is handled, and leaves no server",
    arguments: [SIGINT, SIGTERM, SIGHUP])
  func ends(signal: Int32) async throws {
    try await LocalBench.run { bench in
      let up = try await bench.up()
      defer { up.crash() }
      let published = try await RidesProcess.run(
        "publish", "--simulate", "20", redis: bench.server.url.description)
      #expect(published.status == 0, "\(published.errors)")
      let waited = try await RidesProcess.run("wait", "--timeout", "60s", redis: bench.server.url.description)
      #expect(waited.status == 0, "\(waited.errors)")
      up.send(signal)
      try await eventually("it has ended", within: .seconds(20)) { !up.isRunning }
      #expect(try await up.stopWhenDone() == 0)
      #expect(bench.isFree)
      #expect(!(await bench.isServing))
    }
  }

  @Test("ends at once at the second signal, and leaves no server either")
  func secondSignal() async throws {
    try await LocalBench.run { bench in
      let log = bench.folder.appending(path: "log")
      let up = try await bench.up("--gateway-latency", "60s", "--drain-timeout", "60s", log: log)
      defer { up.crash() }
      let url = bench.server.url.description
      #expect(try await RidesProcess.run("publish", "--simulate", "1", redis: url).status == 0)
      try await eventually("a charge has begun") {
        let namespace = try #require(try await Namespace.find("rides", on: bench.connection))
        let status = try await Inspector(namespace: namespace, connection: bench.connection).status()
        return status.contains { $0.service == "payment" && $0.pending > 0 }
      }
      up.send(SIGINT)
      try await eventually("it drains") { try String(contentsOf: log, encoding: .utf8).contains("draining") }
      #expect(up.isRunning)
      up.send(SIGINT)
      try await eventually("it has ended", within: .seconds(5)) { !up.isRunning }
      #expect(try await up.stopWhenDone() == 128 + SIGINT)
      try await eventually("the server has ended") { bench.isFree }
    }
  }

  @Test("leaves no server when it is killed")
  func killed() async throws {
    try await LocalBench.run { bench in
      let up = try await bench.up()
      up.crash()
      try await eventually("the server has ended") { bench.isFree }
    }
  }

  @Test("says that its Redis has ended, and ends")
  func serverDies() async throws {
    try await LocalBench.run { bench in
      let log = bench.folder.appending(path: "log")
      let up = try await bench.up("--drain-timeout", "100ms", log: log)
      defer { up.crash() }
      try await eventually("the services run") { try String(contentsOf: log, encoding: .utf8).contains("started") }
      kill(try #require(bench.serverPID), SIGKILL)
      try await eventually("it has ended", within: .seconds(20)) { !up.isRunning }
      #expect(try await up.stopWhenDone() == 69)
      let said = try String(contentsOf: log, encoding: .utf8)
      #expect(said.contains("rides: redis-server was ended by signal 9 underneath"))
    }
  }

  @Test("leaves a folder alone in which another runs, and says which")
  func two() async throws {
    try await LocalBench.run { bench in
      let log = bench.folder.appending(path: "log")
      let first = try await bench.up("--ready-file", "ready", log: log)
      defer { first.crash() }
      let pid = bench.serverPID
      let second = try await bench.rides("up")
      #expect(second.status == 1)
      #expect(second.errors.contains(".rides/redis is in use: rides up (pid \(first.identifier)) runs there"))
      let started = try await bench.start()
      #expect(started.status == 1)
      #expect(started.errors.contains("is in use: rides up (pid \(first.identifier))"))
      #expect(try await bench.rides("local-redis", "stop", ".rides/redis").status == 1)
      #expect(bench.serverPID == pid)
      #expect(await bench.isServing)
      try await eventually("the services run") { bench.isReady }
      first.send(SIGTERM)
      #expect(try await first.stopWhenDone() == 0)
    }
  }

  @Test("uses a server of the folder that goes on by itself, and leaves it running")
  func sharesServer() async throws {
    try await LocalBench.run { bench in
      #expect(try await bench.start().status == 0)
      let up = try await bench.up("--ready-file", "ready")
      defer { up.crash() }
      try await eventually("the services run") { bench.isReady }
      up.send(SIGTERM)
      #expect(try await up.stopWhenDone() == 0)
      #expect(await bench.isServing)
      #expect(try await bench.rides("local-redis", "stop", ".rides/redis").status == 0)
      #expect(bench.isFree)
      #expect(try await bench.rides("local-redis", "stop", ".rides/redis").status == 1)
    }
  }

  @Test(
    "works in folders of any name",
    arguments: ["#1 100% %20", "it's \"mine\" $HOME `x` ü", String(repeating: "long/", count: 40)])
  func names(name: String) async throws {
    try await LocalBench.run(in: name) { bench in
      let up = try await bench.up("--ready-file", "ready")
      defer { up.crash() }
      let printed = try await bench.rides("local-redis", "start", ".rides/other")
      #expect(printed.status == 0, "\(printed.errors)")
      let url = printed.output.trimmingCharacters(in: .newlines)
      #expect(try await RidesProcess.run("publish", "--simulate", "1", redis: url).status == 0)
      #expect(try await bench.rides("local-redis", "stop", ".rides/other").status == 0)
      try await eventually("the services run") { bench.isReady }
      up.send(SIGTERM)
      #expect(try await up.stopWhenDone() == 0)
      #expect(bench.isFree)
    }
  }

  @Test("refuses a worker's name that Redis would not take, before anything is started")
  func badName() async throws {
    let result = try await RidesProcess.run("worker", "payment", "--name", "a b", redis: "redis://127.0.0.1:1")
    #expect(result.status == 64)
    #expect(
      result.errors.contains("--name: a worker's name is 1 to 100 letters, digits and signs of ASCII without blanks"))
  }

  @Test("puts a socket into no folder that others may write to")
  func foreignFolder() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path(percentEncoded: false)
    try ServerFolder.makePrivate(path)
    try ServerFolder.makePrivate(path)
    chmod(path, 0o770)
    #expect(throws: Failure.self) { try ServerFolder.makePrivate(path) }
    chmod(path, 0o700)
    try FileManager.default.createSymbolicLink(atPath: "\(path)/link", withDestinationPath: path)
    #expect(throws: Failure.self) { try ServerFolder.makePrivate("\(path)/link") }
    try Data().write(to: folder.appending(path: "file"))
    #expect(throws: Failure.self) { try ServerFolder.makePrivate("\(path)/file") }
  }
}
