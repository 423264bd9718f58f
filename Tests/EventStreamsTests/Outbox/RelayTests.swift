import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A service that publishes to other shards") struct RelayTests {
  /// Passes on what is noted in a place to the next place.
  private func relay(places: Int) -> EventService {
    var service = EventService("relay")
    service.on(Noted.self) { event in
      Effects { effects in
        effects.increment("counts", event.data.key, by: 1)
        let place = Int(event.data.place.dropFirst()) ?? 0
        for step in 1...2 {
          effects.publish(
            Remarked("\(event.data.key)+\(step)", event.data.number, place: "p\((place + step) % places)"))
        }
      }
    }
    return service
  }

  /// Counts what came, and in which order.
  private func tally() -> EventService {
    var service = EventService("tally")
    service.on(Remarked.self) { event in
      Effects {
        $0.increment("counts", "\(event.key) \(event.data.noted.number)", by: 1)
        $0.append(to: "order", "\(event.key) \(event.data.noted.number)")
      }
    }
    return service
  }

  @Test("has them handled there once, in order per key, though shards change hands all the time", arguments: [1, 8])
  func changingHands(shards: Int) async throws {
    try await TestBench.run(shards: shards) { bench in
      let (places, each) = (16, 60)
      let events = (0..<each).flatMap { number in (0..<places).map { Noted("k\($0)", number, place: "p\($0)") } }
      try await bench.running([bench.worker(tally(), bench.settings("tally"))]) {
        try await withThrowingTaskGroup { group in
          group.addTask {
            for number in 0..<6 {
              try await withThrowingTaskGroup { pair in
                for name in ["a", "b"] {
                  pair.addTask {
                    try await bench.worker(relay(places: places), bench.settings("\(name)\(number)")).run()
                  }
                }
                try await Task.sleep(for: .milliseconds(150))
                pair.cancelAll()
                try await pair.waitForAll()
              }
            }
          }
          for part in 0..<20 {
            _ = try await bench.publish(Array(events[part * events.count / 20..<(part + 1) * events.count / 20]))
            try await Task.sleep(for: .milliseconds(30))
          }
          try await group.waitForAll()
        }
        try await bench.running([bench.worker(relay(places: places), bench.settings("last"))]) {
          try await eventually("all is handled") {
            try await bench.inspector.remaining(["relay", "tally"]).isEmpty
          }
        }
      }
      let counts = try await bench.state("tally", "counts")
      #expect(counts.count == 2 * events.count && counts.values.allSatisfy { $0 == "1" })
      var numbers: [String: [Int]] = [:]
      for shard in bench.namespace.shards {
        let stream = bench.namespace.state(shard, "tally", "order")
        for text in try await bench.records(stream) {
          let parts = text.split(separator: " ")
          numbers[String(parts[0]), default: []].append(Int(parts[1]) ?? -1)
        }
      }
      #expect(numbers.count == 2 * places && numbers.values.allSatisfy { $0 == Array(0..<each) })
    }
  }

  @Test("forwards what it can before it ends")
  func draining() async throws {
    try await TestBench.run(shards: 4) { bench in
      let places = 16
      let worker = bench.worker(relay(places: places))
      try await bench.running([worker]) {
        _ = try await bench.publish((0..<2000).map { Noted("k\($0 % places)", $0, place: "p\($0 % places)") })
      }
      for shard in bench.namespace.shards {
        #expect(try await bench.connection.integer(["XLEN", bench.namespace.outbox(shard, "relay")]) == 0)
      }
    }
  }
}

extension TestBench {
  /// What a stream of a service's state holds, as texts.
  fileprivate func records(_ stream: String) async throws -> [String] {
    try Self.records(await connection.call("XRANGE", stream, "-", "+"))
  }

  private static func records(_ reply: borrowing Reply) throws -> [String] {
    var texts: [String] = []
    for entry in 0..<reply.root.count {
      let fields = reply.root[entry][1]
      for field in stride(from: 1, to: fields.count, by: 2) {
        texts.append(try fields[field].string().replacing("\"", with: ""))
      }
    }
    return texts
  }
}
