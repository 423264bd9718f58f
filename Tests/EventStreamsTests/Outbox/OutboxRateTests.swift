import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("Follow-ups to other shards", .serialized) struct OutboxRateTests {
  /// How many events a second are handled, each with a follow-up; and all that the server does for one, in µs.
  private func rate(_ count: Int, toOthers: Bool) async throws -> (rate: Double, server: Double) {
    var found = (rate: 0.0, server: 0.0)
    try await TestBench.run(shards: 8) { bench in
      let places = (0..<8).map { bench.place(in: $0) }
      var service = EventService("relay")
      service.on(Noted.self) { event in
        let place = bench.namespace.shard(of: event.data.place)
        return Effects { effects in
          effects.increment("counts", event.data.key, by: 1)
          effects.publish(
            Remarked(
              event.data.key, event.data.number,
              place: places[toOthers ? (place + 1 + event.data.number % 7) % 8 : place]))
        }
      }
      for part in 0..<count / 1000 {
        _ = try await bench.publish((0..<1000).map { Noted("k\($0 % 100)", part * 1000 + $0, place: places[$0 % 8]) })
      }
      _ = try await bench.connection.call("CONFIG", "RESETSTAT")
      let before = try await cpu(bench)
      let start = ContinuousClock.now
      try await bench.running([bench.worker(service)]) {
        try await eventually("all is there", within: .seconds(120)) {
          var length = 0
          for shard in 0..<8 {
            length += try await bench.connection.integer(["XLEN", bench.namespace.log(shard, Remarked.topic)])
          }
          return length == count
        }
        found.rate = Double(count) / ((ContinuousClock.now - start) / .seconds(1))
      }
      found.server = (try await cpu(bench) - before) * 1e6 / Double(count)
    }
    return found
  }

  private func cpu(_ bench: TestBench) async throws -> Double {
    try await bench.connection.text("INFO", "cpu").split(separator: "\r\n").reduce(0) { sum, line in
      guard line.hasPrefix("used_cpu_sys:") || line.hasPrefix("used_cpu_user:") else { return sum }
      return sum + (Double(line.split(separator: ":")[1]) ?? 0)
    }
  }

  /// `OUTBOX_EVENTS=200000 swift test -c release --filter OutboxRateTests` measures it; 0.7 is what is wanted of the first figure then.
  @Test("are handled at no less than a good part of the rate of those in the shard")
  func rates() async throws {
    let count = ProcessInfo.processInfo.environment["OUTBOX_EVENTS"].flatMap { Int($0) } ?? 20_000
    var ratios: [Double] = []
    for _ in 0..<3 {
      let (inside, outside) = (try await rate(count, toOthers: false), try await rate(count, toOthers: true))
      ratios.append(outside.rate / inside.rate)
      if ProcessInfo.processInfo.environment["OUTBOX_EVENTS"] != nil {
        print("in the shard \(inside), to others \(outside), ratio \(outside.rate / inside.rate)")
      }
    }
    #expect(ratios.max() ?? 0 > 0.3, "\(ratios)")
  }
}
