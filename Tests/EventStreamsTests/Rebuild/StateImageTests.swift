import Testing

@testable import EventStreams

@Suite("A state in memory") struct StateImageTests {
  private func apply(_ effects: Effects, to image: StateImage) { image.apply(effects, at: .zero) { _ in false } }

  @Test("judges a condition by what was done before it, as a commit does, also to tell what is published")
  func order() async throws {
    let image = StateImage()
    let effects = Effects { effects in
      effects.increment("h", "f", by: 5)
      effects.when("h", "f", .isAtLeast(5)) {
        $0.remove("h", "f")
        $0.publish(Noted("k", 1), id: "enough")
      } otherwise: {
        $0.publish(Noted("k", 1), id: "too little")
      }
      effects.when("h", "f", .isAbsent) { $0.set("h", "gone", to: "yes") }
    }
    #expect(image.published(by: effects) { _ in false }.map(\.id) == ["enough"])
    apply(effects, to: image)
    #expect(try await image.field("h", "gone", shard: 0) == "yes")
    #expect(try await image.field("h", "f", shard: 0) == nil)
  }

  @Test("finds nothing of a hash that was deleted before, and what was written to it since")
  func deleted() async throws {
    let image = StateImage()
    apply(
      Effects {
        $0.set("h", "f", to: "7"); $0.set("h", "g", to: "x"); $0.append(to: "s", 1)
      }, to: image)
    apply(
      Effects { effects in
        effects.increment("h", "f", by: 1)
        effects.delete("h")
        effects.delete("s")
        effects.delete("nothing")
        effects.increment("h", "f", by: 2)
        effects.when("h", "g", .isAbsent) { $0.append(to: "s", 2) }
      }, to: image)
    #expect(try await image.hash("h", shard: 0) == ["f": "2"])
    #expect(image.current.streams["s"]?.map(\.json) == [Array("2".utf8)])
  }

  @Test("takes nothing of effects that a commit would refuse")
  func refused() async throws {
    let image = StateImage()
    apply(Effects { $0.set("h", "f", to: "9223372036854775807") }, to: image)
    apply(
      Effects {
        $0.set("h", "g", to: "1"); $0.increment("h", "f", by: 1)
      }, to: image)
    apply(
      Effects {
        $0.set("h", "g", to: "1"); $0.when("h", "g", .isAbsent) { _ in }; $0.set("h", "w", to: "x");
        $0.increment("h", "w", by: 1)
      }, to: image)
    #expect(try await image.hash("h", shard: 0) == ["f": "9223372036854775807"])
  }
}
