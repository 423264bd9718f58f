import EventStreams
import EventStreamsOperations
import Foundation
import RedisTestSupport
import RideHailing
import Testing

@Suite("rides serve that is killed") struct ServeCrashTests {
  private static let rides = 1200
  private static let clients = 4
  private static let together = 60

  /// Sends lines until an answer says that it is whole.
  private static func publish(_ lines: URL, to address: String) async throws {
    // Cut off, refused as Redis is away, or nobody listens: the same again is harmless.
    try await eventually("it is published", within: .seconds(120)) {
      let answer = try await RidesProcess.run(
        all: [
          "-s", "--max-time", "10", "-H", "Content-Type: application/x-ndjson", "--data-binary", "@\(lines.path())",
          "\(address)/v1/events",
        ], redis: "", program: "/usr/bin/curl")
      guard answer.output.contains(#""done":true"#) else { return false }
      #expect(answer.output.contains(#""refused":0"#), "\(answer.output)")
      return true
    }
  }

  @Test("loses nothing and doubles nothing while clients send again what was not answered: every ride is handled once")
  func killed() async throws {
    try await SystemBench.run { bench in
      let port = try freePort()
      let address = "http://127.0.0.1:\(port)"
      let events = Array(RideSimulator(seed: 3).prefix(Self.rides)).map { $0.events }
      var batches: [URL] = []
      for start in stride(from: 0, to: events.count, by: Self.together) {
        let lines = events[start..<min(start + Self.together, events.count)].flatMap { $0 }.map {
          String(decoding: $0.json, as: UTF8.self)
        }
        let file = bench.folder.appending(path: "lines-\(start)")
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        batches.append(file)
      }
      func serve() throws -> RidesProcess {
        try RidesProcess(["serve", "--listen", "127.0.0.1:\(port)"], redis: bench.url, isQuiet: true)
      }
      let workers = try RideServices.standard.names.map { try bench.worker($0) }
      defer { for worker in workers { worker.crash() } }
      let isDone = Task { [batches] in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for client in 0..<Self.clients {
            group.addTask {
              for (place, batch) in batches.enumerated() where place % Self.clients == client {
                try await Self.publish(batch, to: address)
              }
            }
          }
          try await group.waitForAll()
        }
      }
      for round in 1...3 {
        let server = try serve()
        // In the middle of it: when a part of the rides is there.
        try await eventually("some are published") {
          guard let namespace = try await Namespace.find("rides", on: bench.connection) else { return false }
          let length = try await Inspector(namespace: namespace, connection: bench.connection).length()
          return length > round * Self.rides / 3
        }
        server.crash()
      }
      let last = try serve()
      defer { last.crash() }
      try await isDone.value
      #expect(try await bench.rides("wait", "--timeout", "120s").status == 0)
      let audit = try await bench.rides(
        "audit", "--archive", bench.folder.appending(path: "archive.sqlite").path())
      #expect(audit.status == 0, "\(audit.output) \(audit.errors)")
      try await bench.expectEachRideOnce(seed: 3, count: Self.rides)
    }
  }
}
