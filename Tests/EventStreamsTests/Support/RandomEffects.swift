import HiredisClient
import RandomTestSupport
import RedisTestSupport

@testable import EventStreams

/// Keys of every type with values of every kind, and effects of every kind on them.
struct RandomEffects {
  private var generator: Seeded
  private var number = 0
  static let names = ["k0", "k1", "k2", "k3", "k4"]
  static let fields = ["a", "b", "c"]
  private static let values = [
    "0", "7", "-3", "9223372036854775806", "-9223372036854775807", "9007199254740993", "1.5", "x", "",
  ]

  init(seed: UInt64) { generator = Seeded(state: seed &* 0x9e37_79b9_7f4a_7c15) }

  /// Makes the keys of a service's state anew.
  mutating func prepare(_ bench: TestBench, _ service: String) async throws -> [String: ExpectedEffects.Value] {
    var commands = Commands()
    for name in Self.names {
      let key = bench.namespace.state(0, service, name)
      commands.append("DEL", key)
      switch Int.random(in: 0..<14, using: &generator) {
      case 0: commands.append("SET", key, "text")
      case 1: commands.append("RPUSH", key, "element")
      case 2: commands.append("SADD", key, "member")
      case 3: commands.append("ZADD", key, "1", "member")
      case 4: commands.append("XADD", key, "1-1", "record", "0")
      case 5: commands.append("XADD", key, "18446744073709551615-18446744073709551615", "record", "0")
      case 6:
        commands.append("XADD", key, "18446744073709551615-18446744073709551615", "record", "0")
        commands.append("XTRIM", key, "MAXLEN", "0")
      case 7: break
      default:
        let isTame = Int.random(in: 0..<3, using: &generator) > 0
        for field in Self.fields where Bool.random(using: &generator) {
          let values = isTame ? Self.values[..<3] : Self.values[...]
          commands.append("HSET", key, field, values.randomElement(using: &generator) ?? "")
        }
      }
    }
    _ = try await bench.connection.answers(to: commands)
    return try await state(bench, service)
  }

  /// What the keys hold.
  func state(_ bench: TestBench, _ service: String) async throws -> [String: ExpectedEffects.Value] {
    var state: [String: ExpectedEffects.Value] = [:]
    for name in Self.names {
      let key = bench.namespace.state(0, service, name)
      let isLasting = try await bench.connection.integer(["PTTL", key]) < 0
      switch try await bench.connection.text("TYPE", key) {
      case "none": break
      case "hash":
        let fields = [Identifier: String](alternating: try await bench.connection.strings(["HGETALL", key]))
        state[name] = .hash(fields, isLasting: isLasting)
      case "stream":
        let info = try await bench.connection.call("XINFO", "STREAM", key)
        let isFull = try info.root[field: "last-generated-id"].string().hasPrefix("18446744073709551615")
        let records = try records(await bench.connection.call("XRANGE", key, "-", "+"))
        state[name] = .stream(records, isLasting: isLasting, isFull: isFull)
      default: state[name] = .other(isLasting: isLasting)
      }
    }
    return state
  }

  private func records(_ reply: borrowing Reply) throws -> [String] {
    var records: [String] = []
    for entry in 0..<reply.root.count {
      let values = try reply.root[entry][1].strings()
      records += stride(from: 1, to: values.count, by: 2).map { values[$0] }
    }
    return records
  }

  /// Some events' effects.
  mutating func events() -> [Effects] {
    (0..<Int.random(in: 1...4, using: &generator)).map { _ in
      var effects = Effects()
      for _ in 0..<Int.random(in: 0...3, using: &generator) { add(to: &effects, 0) }
      return effects
    }
  }

  private mutating func add(to effects: inout Effects, _ depth: Int) {
    let name = Self.names.randomElement(using: &generator) ?? ""
    let field = Self.fields.randomElement(using: &generator) ?? ""
    number += 1
    switch Int.random(in: 0..<(depth < 2 ? 12 : 9), using: &generator) {
    case 0: effects.append(to: name, number)
    case 1, 2: effects.increment(name, field, by: [1, -1, 5, .max, .min].randomElement(using: &generator) ?? 0)
    case 3, 4: effects.set(name, field, to: Self.values.randomElement(using: &generator) ?? "")
    case 5: effects.remove(name, field)
    case 6: effects.expire(name, after: .seconds(1000))
    case 7: effects.delete(name)
    case 8: effects.publish(Noted("k", -1), id: "follow \"\(number / 3)\"")
    default:
      let condition: Effects.Condition =
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: .equals(Self.values.randomElement(using: &generator) ?? "")
        case 1: .isAtLeast([0, 8, .max, .min].randomElement(using: &generator) ?? 0)
        case 2: .isAtMost([0, 8, .max, .min].randomElement(using: &generator) ?? 0)
        case 3: .isPresent
        default: .isAbsent
        }
      var (then, otherwise) = (Effects(), Effects())
      for _ in 0..<Int.random(in: 1...3, using: &generator) { add(to: &then, depth + 1) }
      for _ in 0..<Int.random(in: 0...2, using: &generator) { add(to: &otherwise, depth + 1) }
      effects.when(name, field, condition) {
        $0 += then
      } otherwise: {
        $0 += otherwise
      }
    }
  }
}
