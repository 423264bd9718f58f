import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

/// Random effects of every kind against keys of every type and numbers at the limits.
@Suite("Whatever a commit is told to do") struct AllOrNothingTests {
  @Test(
    "it does all of it, as one effect after the other would, or nothing: then every key is as before, byte for byte",
    arguments: 1...4)
  func allOrNothing(seed: UInt64) async throws {
    try await TestBench.run(shards: 1) { bench in
      var effects = RandomEffects(seed: seed)
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      var published: Set<String> = []
      var (done, refused) = (0, 0)
      for turn in 0..<120 {
        let before = try await effects.prepare(bench, "any")
        let events = effects.events()
        let ids = try await log.read(events.count)
        let dumps = try await bench.dumps()
        let logged = try await bench.connection.integer(["XLEN", bench.namespace.log(0)])
        var expected = ExpectedEffects(state: before, published: published)
        var failure: ExpectedEffects.Failure?
        do throws(ExpectedEffects.Failure) {
          for event in events { try expected.apply(event.effects[...], of: event) }
        } catch {
          failure = error
        }
        do {
          var between = dumps
          let isGranted = try await log.commit(events, ids: ids, speculates: turn % 2 == 0) {
            between = try await bench.dumps()
          }
          #expect(between == dumps)
          if isGranted { done += 1 }
          switch failure {
          case nil:
            #expect(try await effects.state(bench, "any") == expected.state)
            let added = try await bench.connection.integer(["XLEN", bench.namespace.log(0)]) - logged
            #expect(added == expected.published.count - published.count)
            published = expected.published
          case .either: published = try await bench.published()
          case .other(let reason): Issue.record("it was done though \(reason)")
          }
        } catch let error as RedisError {
          refused += 1
          #expect(error.prefix == "REFUSED" && failure != nil, "\(error), \(String(describing: failure))")
          #expect(try await bench.dumps() == dumps)
        }
      }
      #expect(done > 10 && refused > 10)
    }
  }

  @Test("it does nothing if a key of the runtime holds something else than it should", arguments: 0..<10)
  func runtimeKeys(_ key: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      let (namespace, service) = (bench.namespace, "any")
      let log = CommitLog(bench: bench, service: service)
      try await log.open()
      let ids = try await log.read(4)
      let window = Timestamp.now().microsecondsSinceEpoch / 1_000_000 / 86400
      let name = [
        namespace.retry(0, service), namespace.dead(0, service), namespace.blocked(0, service),
        namespace.redrive(0, service),
        "\(namespace.lease(0, service)):behind", "\(namespace.seen(0)):\(window)", namespace.lease(0, service),
        namespace.scheduled(0), namespace.scheduledEvents(0), namespace.scheduledNext(0),
      ][key]
      _ = try await bench.connection.call("DEL", name)
      _ = try await bench.connection.call("LPUSH", name, "x")
      let dumps = try await bench.dumps()
      let batch = log.everything(
        ids,
        Effects {
          $0.increment("h", "f", by: 1)
          $0.publish(Noted("k", -1), id: "follow-up")
          $0.publish(Noted("k", -2), due: .now())
        })
      await #expect(throws: RedisError.self) { _ = try await log.send(batch, number: 1) }
      #expect(try await bench.dumps() == dumps)
    }
  }

  @Test("it does nothing if the user may not do all of it")
  func permissions() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      let ids = try await log.read(2)
      let batch = log.batch(ids, [Effects { $0.increment("h", "f", by: 1) }, Effects { $0.append(to: "s", 1) }])
      let dumps = try await bench.dumps()
      for command in ["xadd", "hset"] {
        _ = try await bench.connection.call("ACL", "SETUSER", "default", "-\(command)")
        await #expect { _ = try await log.send(batch, number: 1) } throws: {
          ($0 as? RedisError)?.code == .noPermission
        }
        #expect(try await bench.dumps() == dumps)
        _ = try await bench.connection.call("ACL", "SETUSER", "default", "+\(command)")
      }
      #expect(try await log.send(batch, number: 1).acknowledged == 2)
    }
  }

  @Test("it refuses numbers beyond 64 bits, and compares those within exactly")
  func numbers() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      let key = bench.namespace.state(0, "any", "h")
      /// What a field becomes, or why not.
      func sum(_ value: String, _ amount: Int) async throws -> String {
        _ = try await bench.connection.call("HSET", key, "f", value)
        do {
          try await log.commit([Effects { $0.increment("h", "f", by: amount) }])
          return try await bench.connection.text("HGET", key, "f")
        } catch let error as RedisError {
          #expect(error.message.contains("\(key), field f:"))
          return String(error.message.split(separator: ": ").last ?? "")
        }
      }
      let (overflow, none) = ("increment or decrement would overflow", "hash value is not an integer")
      #expect(try await sum("9223372036854775806", 1) == "9223372036854775807")
      #expect(try await sum("9223372036854775807", 1) == overflow)
      #expect(try await sum("-9223372036854775807", -1) == "-9223372036854775808")
      #expect(try await sum("-9223372036854775808", -1) == overflow)
      #expect(try await sum("-9223372036854775808", .max) == "-1")
      #expect(try await sum("9223372036854775807", .min) == "-1")
      #expect(try await sum("9007199254740993", 0) == "9007199254740993")
      #expect(try await sum("-10000000000", 9_999_999_999) == "-1")
      #expect(try await sum("9223372036854775808", 0) == none)
      for value in ["-0", "007", "+1", " 1", "1.0", "1e3", "0x10", "", "18446744073709551616"] {
        #expect(try await sum(value, 1) == none, "\(value)")
      }

      func isAtLeast(_ value: String, _ bound: Int) async throws -> Bool {
        _ = try await bench.connection.call("HSET", key, "f", value)
        _ = try await bench.connection.call("HDEL", key, "said")
        try await log.commit([Effects { $0.when("h", "f", .isAtLeast(bound)) { $0.set("h", "said", to: "so") } }])
        return try await bench.connection.integer(["HEXISTS", key, "said"]) == 1
      }
      #expect(try await isAtLeast("9007199254740992", 9_007_199_254_740_993) == false)
      #expect(try await isAtLeast("9007199254740993", 9_007_199_254_740_993))
      #expect(try await isAtLeast("-9007199254740993", -9_007_199_254_740_992) == false)
      #expect(try await isAtLeast("9223372036854775806", .max) == false)
      #expect(try await isAtLeast("-9223372036854775808", .min))
      #expect(try await isAtLeast("5", -5))
      await #expect { _ = try await isAtLeast("1.5", 1) } throws: { ($0 as? RedisError)?.prefix == "REFUSED" }
    }
  }
}
