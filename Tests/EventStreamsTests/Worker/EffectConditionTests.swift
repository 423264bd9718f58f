import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("Conditions of effects") struct EffectConditionTests {
  /// What a field may be before; nil if there is none.
  private static let values: [String?] = [
    nil, "", "x", "1.5", "-5", "0", "7", "9223372036854775807", "-9223372036854775808",
  ]
  private static let bounds = [-5, 0, 6, 7, .max, .min]

  /// A condition, and what it means; nil for a value that it can't be asked of.
  private struct Meaning {
    let name: String
    let condition: Effects.Condition
    let holds: (String?) -> Bool?
  }

  private static func number(_ value: String?) -> Int? { value.map { Int($0) } ?? 0 }

  private static var meanings: [Meaning] {
    [
      Meaning(name: "present", condition: .isPresent) { $0 != nil },
      Meaning(name: "absent", condition: .isAbsent) { $0 == nil },
      Meaning(name: "equals", condition: .equals("7")) { $0 == "7" },
    ]
      + bounds.flatMap { bound in
        [
          Meaning(name: "at most \(bound)", condition: .isAtMost(bound)) { number($0).map { $0 <= bound } },
          Meaning(name: "at least \(bound)", condition: .isAtLeast(bound)) { number($0).map { $0 >= bound } },
        ]
      }
  }

  private func effects(_ condition: Effects.Condition) -> Effects {
    Effects {
      $0.when("h", "f", condition) {
        $0.set("said", "so", to: "yes")
      } otherwise: {
        $0.set("said", "so", to: "no")
      }
      $0.when("h", "f", condition) { $0.set("said", "alone", to: "yes") }
      $0.when("h", allOf: ["f": condition, "g": .isPresent]) { $0.set("said", "both", to: "yes") }
    }
  }

  private func expected(_ holds: Bool) -> [Identifier: String] {
    holds ? ["so": "yes", "alone": "yes", "both": "yes"] : ["so": "no"]
  }

  @Test("mean the same to a state in memory as they say")
  func inMemory() async throws {
    for meaning in Self.meanings {
      for value in Self.values {
        let image = StateImage()
        image.apply(
          Effects {
            $0.set("h", "g", to: "")
            if let value { $0.set("h", "f", to: value) }
          }, at: .zero
        ) { _ in false }
        image.apply(effects(meaning.condition), at: .zero) { _ in false }
        let said = try await image.hash("said", shard: 0)
        #expect(said == meaning.holds(value).map(expected) ?? [:], "\(meaning.name) of \(value ?? "none")")
      }
    }
  }

  @Test("mean the same to a commit, whether it takes something for granted or not", arguments: [false, true])
  func committed(speculates: Bool) async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      let (hash, said) = (bench.namespace.state(0, "any", "h"), bench.namespace.state(0, "any", "said"))
      for meaning in Self.meanings {
        for value in Self.values {
          _ = try await bench.connection.call("DEL", hash, said)
          _ = try await bench.connection.call("HSET", hash, "g", "")
          if let value { _ = try await bench.connection.call("HSET", hash, "f", value) }
          do {
            try await log.commit([effects(meaning.condition)], speculates: speculates)
          } catch let error as RedisError {
            #expect(error.prefix == "REFUSED")
          }
          let found = [Identifier: String](alternating: try await bench.connection.strings(["HGETALL", said]))
          #expect(found == meaning.holds(value).map(expected) ?? [:], "\(meaning.name) of \(value ?? "none")")
        }
      }
    }
  }

  @Test("that a field is there is not what a commit takes for granted not to be")
  func speculation() {
    func assumptions(_ condition: Effects.Condition) -> Int {
      var folded = FoldedEffects(speculates: true)
      folded.add(Effects { $0.when("h", "f", condition) { $0.set("h", "g", to: "1") } }, prefix: "", trace: nil)
      return folded.assumptions.count
    }
    #expect(assumptions(.isAbsent) == 1)
    #expect(assumptions(.isPresent) == 0)
  }
}
