import HiredisClient
import Testing

@testable import EventStreams

@Suite("Effects of one commit") struct FoldedEffectsTests {
  /// What is written of some events' effects, without the assumptions unless they are speculated.
  private func arguments(_ events: Effects..., speculates: Bool = false) -> [String] {
    var folded = FoldedEffects(speculates: speculates)
    for effects in events { folded.add(effects, prefix: "p:", trace: nil) }
    var commands = Commands()
    commands.open()
    folded.encode(into: &commands, firstKey: 7)
    commands.close()
    // Of RESP only the arguments: every second line from the third on.
    let bytes = commands.span.withUnsafeBufferPointer { Array($0) }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
    return stride(from: speculates ? 2 : 4, to: lines.count, by: 2).map { String(lines[$0]) }
  }

  @Test(
    "are folded: increments of a field into one, those of a hash into one write, records of a stream into one entry")
  func folds() {
    let folded = arguments(
      Effects {
        $0.increment("h", "f", by: 2)
        $0.append(to: "s", 1)
      },
      Effects {
        $0.increment("h", "f", by: 3)
        $0.increment("h", "g", by: 1)
        $0.append(to: "s", 2)
      })
    #expect(
      folded == ["HINCRBY", "7", "4", "f", "5", "g", "1", "XADD", "8", "2", "1", "2"])
  }

  @Test("pass on to follow-ups the trace that handling the event was a part of, whole")
  func traces() throws {
    var folded = FoldedEffects()
    let trace = TraceContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", tracestate: "v=1")
    folded.add(Effects { $0.publish(Noted("k", 1), id: "follow-up") }, prefix: "p:", trace: trace)
    var commands = Commands()
    commands.open()
    folded.encode(into: &commands, firstKey: 7)
    commands.close()
    let text = String(decoding: commands.span.withUnsafeBufferPointer { Array($0) }, as: UTF8.self)
    #expect(text.contains(#""traceparent":"\#(trace.traceparent)","tracestate":"v=1","data""#))
  }

  @Test("are not folded over a condition, or over a set in the same hash")
  func barriers() {
    let folded = arguments(
      Effects {
        $0.increment("h", "f", by: 1)
        $0.when("h", "f", .isAtLeast(1)) {
          $0.increment("h", "f", by: 10)
          $0.increment("h", "f", by: 10)
        }
        $0.increment("h", "f", by: 1)
        $0.set("h", "f", to: "0")
        $0.increment("h", "f", by: 1)
      })
    #expect(
      folded == [
        "HINCRBY", "7", "2", "f", "1", "WHEN", "7", "4", "f", "least", "1", "10", "HINCRBY", "7", "2", "f", "10",
        "HINCRBY", "7", "2",
        "f", "10", "HINCRBY", "7", "2", "f", "1", "HSET", "7", "2", "f", "0", "HINCRBY", "7", "2", "f", "1",
      ])
  }

  @Test(
    "are folded over conditions that are taken for granted, of which there is a list; the second on one field stays one"
  )
  func speculation() {
    func booking(_ ride: String) -> Effects {
      Effects { effects in
        effects.when("rides", ride, .isAbsent) {
          $0.set("rides", ride, to: "1")
          $0.increment("h", "f", by: 2)
        } otherwise: {
          $0.increment("h", "twice", by: 1)
        }
        effects.increment("h", "g", by: 1)
      }
    }
    #expect(
      arguments(booking("a"), booking("b"), speculates: true) == [
        "1", "7", "2", "a", "b", "HSET", "7", "4", "a", "1", "b", "1", "HINCRBY", "8", "4", "f", "4", "g", "2",
      ])
    #expect(
      arguments(booking("a"), booking("a"), speculates: true).starts(with: [
        "1", "7", "1", "a", "HSET", "7", "2", "a", "1",
      ]))
    #expect(arguments(booking("a"), booking("a"), speculates: true).contains("WHEN"))
    // What was written before is not assumed.
    let written = Effects { $0.set("rides", "a", to: "0") }
    #expect(arguments(written, booking("a"), speculates: true).contains("WHEN"))
    #expect(!arguments(written, booking("b"), speculates: true).contains("WHEN"))
  }

  @Test("of an increment that would overflow stay two")
  func overflow() {
    let folded = arguments(
      Effects {
        $0.increment("h", "f", by: .max)
        $0.increment("h", "f", by: 1)
      })
    #expect(folded == ["HINCRBY", "7", "4", "f", "\(Int.max)", "f", "1"])
  }

  @Test("under a condition within another, and after it, keep their number")
  func nestedConditions() {
    let nested = Effects { effects in
      effects.when("h", "f", .isAbsent) { effects in
        effects.when("h", allOf: ["a": .isAtLeast(1), "b": .isAtLeast(2)]) { $0.increment("h", "a", by: -1) }
        effects.increment("h", "c", by: 1)
        effects.increment("h", "c", by: 1)
      }
    }
    #expect(
      arguments(nested) == [
        // Of the first, all that is below: two conditions of 7 and three increments of 5.
        "WHEN", "7", "4", "f", "absent", "", "29", "WHEN", "7", "4", "a", "least", "1", "12", "WHEN", "7", "4", "b",
        "least", "2", "5", "HINCRBY", "7", "2", "a", "-1", "HINCRBY", "7", "2", "c", "1", "HINCRBY", "7", "2", "c", "1",
      ])
  }
}
