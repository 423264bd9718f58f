import HiredisClient
import Logging
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A name") struct NameTests {
  @Test(
    "of a service that is one of the runtime's own words, or has other characters than names have, is refused before it runs"
  )
  func services() async throws {
    for name in NameRule.ofShards + NameRule.ofNamespaces + [
      "", "a b", "a:b", "a{1}", "café", "a\nb", String(repeating: "x", count: 65),
    ] {
      #expect(EventService(name).mistake != nil, "\(name)")
    }
    for name in ["payment", "payment-2", "a.b_c", String(repeating: "x", count: 64)] {
      #expect(EventService(name).mistake == nil, "\(name)")
    }
    let worker = Worker(
      EventService("dead"), namespace: Namespace("test", shardCount: 1), redis: try RedisURL("redis://127.0.0.1:1"),
      log: Logger(label: "test"))
    await #expect { try await worker.run() } throws: {
      "\($0)".hasPrefix("'dead' is no name of a service: it is reserved")
    }
  }

  @Test("given twice to one type's handlers is refused: the second would take the first one's events")
  func handlers() async throws {
    var service = EventService("counting")
    service.on(Noted.self) { _ in .none }
    #expect(service.mistake == nil)
    service.on(Noted.self) { _ in .none }
    #expect("\(try #require(service.mistake))" == "service 'counting' has two handlers of NOTED: make one of them")
    var archive = EventService("archive") { _ in }
    archive.on(Noted.self) { _ in .none }
    #expect(archive.mistake != nil)
  }

  @Test("of a namespace that begins another one's is no reason to remove that one's keys")
  func removing() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      for name in ["t", "t:eu", "t2"] {
        let namespace = try await Namespace.open(
          name, shardCount: 2, services: [Subscription("counting")], on: connection)
        _ = try await Publisher(namespace: namespace, connection: connection).publish(Noted("k", 1))
        _ = try await connection.call("HSET", namespace.roster("counting"), "w", "1")
      }
      try await Namespace.remove("t", from: connection)
      #expect(try await Namespace.find("t", on: connection) == nil)
      for name in ["t:eu", "t2"] {
        let namespace = try #require(try await Namespace.find(name, on: connection))
        #expect(try await Inspector(namespace: namespace, connection: connection).length() == 1)
        #expect(try await connection.integer(["EXISTS", namespace.roster("counting")]) == 1)
      }
      #expect(try await StateImage.keys("t:{", connection).isEmpty)
      for name in ["", "a b", "t:", "t:config", "workers", "t{0}", "*"] {
        await #expect(throws: NamespaceError.self, "\(name)") { try await Namespace.open(name, on: connection) }
      }
    }
  }

  @Test(
    "aside, a number of shards that no namespace can have is refused with where it stands, and nothing is made of it")
  func shardCounts() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      for count in ["0", "-3", "9223372036854775807", "9223372036854775808", "1025", "eight", ""] {
        _ = try await connection.call("HSET", "rides:config", "shards", count, "format", "1")
        await #expect("\(count)") {
          try await Namespace.find("rides", on: connection)
        } throws: { "\($0)".contains("shards in rides:config is '\(count)'") }
        await #expect(throws: NamespaceError.self) { try await Namespace.open("rides", on: connection) }
      }
      for count in [0, -3, .max] {
        await #expect(throws: NamespaceError.self) {
          try await Namespace.open("new", shardCount: count, on: connection)
        }
      }
      #expect(try await connection.integer(["EXISTS", "new:config"]) == 0)
    }
  }

  @Test("of a namespace in an earlier format is refused, with what is known of it, and nothing is written")
  func earlierFormat() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      _ = try await connection.call("HSET", "rides:config", "shards", "4", "format", "1")
      func isEarlier(_ error: any Error) -> Bool {
        let earlier = (error as? NamespaceError)?.earlier
        return earlier?.format == 1 && earlier?.shardCount == 4 && "\(error)".contains("'rides' has format 1")
      }
      await #expect {
        _ = try await Namespace.open("rides", services: [Subscription("counting")], on: connection)
      } throws: { isEarlier($0) }
      await #expect {
        _ = try await Namespace.openExisting("rides", on: connection)
      } throws: { isEarlier($0) }
      #expect(try await connection.strings(["HKEYS", "rides:config"]).sorted() == ["format", "shards"])
      #expect(try await connection.strings(["KEYS", "*"]) == ["rides:config"])
      #expect(try await connection.strings(["FUNCTION", "LIST"]).isEmpty)
      // Of a later one nothing is known, not even that its number of shards means the same.
      _ = try await connection.call("HSET", "rides:config", "format", "3")
      await #expect {
        _ = try await Namespace.find("rides", on: connection)
      } throws: { ($0 as? NamespaceError)?.earlier == nil && "\($0)".contains("has format 3") }
    }
  }
}
