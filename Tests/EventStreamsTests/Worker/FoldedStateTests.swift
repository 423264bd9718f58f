import HiredisClient
import RandomTestSupport
import RedisTestSupport
import Testing

@testable import EventStreams

/// Whether folding changes anything: random effects, committed in one batch, against the same effects applied one by one.
@Suite("Folded effects") struct FoldedStateTests {
  private static let hashes = ["h1", "h2", "h3"]
  private static let streams = ["s1", "s2"]
  private static let fields = ["a", "b", "c", "d"]

  @Test(
    "leave the state that effects applied one after the other leave, whether conditions are taken for granted or not",
    arguments: 1...6)
  func sameState(seed: UInt64) async throws {
    try await TestBench.run(shards: 1) { bench in
      var (granted, surprises) = (0, 0)
      var generator = Seeded(state: seed &* 0x9e37_79b9_7f4a_7c15)
      let log = CommitLog(bench: bench, service: "folded")
      try await log.open()
      var number = 1
      for turn in 0..<40 {
        let events = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
          Effects { effects in
            for _ in 0..<Int.random(in: 0...5, using: &generator) { add(to: &effects, 0, &generator, &number) }
          }
        }
        if turn % 2 == 0 {
          try await log.commit(events)
        } else if try await log.commit(events, speculates: true) {
          granted += 1
        } else {
          surprises += 1
        }
        for effects in events { try await apply(effects.effects[...], of: effects, to: bench) }
        #expect(try await state("folded", bench) == state("single", bench))
      }
      #expect(granted > 0 && surprises > 0)
    }
  }

  /// One random effect; conditions hold further ones.
  private func add(to effects: inout Effects, _ depth: Int, _ generator: inout Seeded, _ number: inout Int) {
    let hash = Self.hashes.randomElement(using: &generator) ?? ""
    let field = Self.fields.randomElement(using: &generator) ?? ""
    number += 1
    switch Int.random(in: 0..<(depth < 2 ? 40 : 28), using: &generator) {
    case 0...4: effects.append(to: Self.streams.randomElement(using: &generator) ?? "", number)
    case 5...13: effects.increment(hash, field, by: Int.random(in: -3...3, using: &generator))
    case 14...20: effects.set(hash, field, to: String(Int.random(in: 0...5, using: &generator)))
    case 21...23: effects.remove(hash, field)
    case 24...26: effects.expire(hash, after: .seconds(1000))
    case 27: effects.delete(Int.random(in: 0..<4, using: &generator) == 0 ? hash : "s1")
    default:
      let condition: Effects.Condition =
        switch Int.random(in: 0..<6, using: &generator) {
        case 0, 1: .isAbsent
        case 4: .isPresent
        case 5: .isAtMost(Int.random(in: -2...4, using: &generator))
        case 2: .equals(String(Int.random(in: 0...5, using: &generator)))
        default: .isAtLeast(Int.random(in: -2...4, using: &generator))
        }
      // Rides come once, most of the time.
      let guarded = condition == .isAbsent ? "ride \(Int.random(in: 0..<25, using: &generator))" : field
      effects.when(hash, guarded, condition) { inner in
        if Bool.random(using: &generator) { inner.set(hash, guarded, to: "7") }
        for _ in 0..<Int.random(in: 0...3, using: &generator) { add(to: &inner, depth + 1, &generator, &number) }
      } otherwise: { inner in
        for _ in 0..<Int.random(in: 0...2, using: &generator) { add(to: &inner, depth + 1, &generator, &number) }
      }
    }
  }

  /// Applies effects as they are meant, with a command for each, to the state of a service `single`.
  private func apply(_ list: ArraySlice<Effects.Effect>, of effects: Effects, to bench: TestBench) async throws {
    func key(_ name: String) -> String { bench.namespace.state(0, "single", name) }
    func text(_ range: Range<Int>) -> String {
      effects.bytes(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
    var rest = list
    while let effect = rest.popFirst() {
      switch effect {
      case .append(let stream, let record):
        _ = try await bench.connection.call("XADD", key(stream), "*", "record", text(record))
      case .increment(let hash, let field, let amount):
        _ = try await bench.connection.call("HINCRBY", key(hash), field, String(amount))
      case .set(let hash, let field, let value):
        _ = try await bench.connection.call("HSET", key(hash), field, text(value))
      case .remove(let hash, let field): _ = try await bench.connection.call("HDEL", key(hash), field)
      case .expire(let name, let milliseconds):
        _ = try await bench.connection.call("PEXPIRE", key(name), String(milliseconds))
      case .delete(let name): _ = try await bench.connection.call("DEL", key(name))
      case .publish, .schedule, .cancel: Issue.record("not among the effects of this test")
      case .when(let hash, let field, let condition, let count):
        let found = try await bench.connection.call("HMGET", key(hash), field)
        let actual = try found.root[0].optionalString()
        let holds =
          switch condition {
          case .equals(let value): actual == value
          case .isAbsent: actual == nil
          case .isAtLeast(let bound): (Int(actual ?? "0") ?? 0) >= bound
          }
        if !holds { rest = rest.dropFirst(count) }
      case .skip(let count): rest = rest.dropFirst(count)
      }
    }
  }

  /// Every hash, every stream's records in order, and which of them have a lifetime.
  private func state(_ service: String, _ bench: TestBench) async throws -> [String: [String]] {
    var state: [String: [String]] = [:]
    for name in Self.hashes {
      let key = bench.namespace.state(0, service, name)
      let values = try await bench.connection.strings(["HGETALL", key])
      var pairs = stride(from: 0, to: values.count, by: 2).map { "\(values[$0])=\(values[$0 + 1])" }.sorted()
      if try await bench.connection.integer(["PTTL", key]) > 0 { pairs.append("has a lifetime") }
      state[name] = pairs
    }
    for name in Self.streams {
      let entries = try await bench.connection.call("XRANGE", bench.namespace.state(0, service, name), "-", "+")
      state[name] = try records(entries)
    }
    return state
  }
}

/// The values of a stream's entries, in order.
private func records(_ reply: borrowing Reply) throws -> [String] {
  var records: [String] = []
  for entry in 0..<reply.root.count {
    let values = try reply.root[entry][1].strings()
    records += stride(from: 1, to: values.count, by: 2).map { values[$0] }
  }
  return records
}
