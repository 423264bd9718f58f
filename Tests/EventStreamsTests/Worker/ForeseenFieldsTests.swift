import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("Fields that are read ahead") struct ForeseenFieldsTests {
  private let fields = RandomEffects.names.flatMap { hash in
    RandomEffects.fields.map { StateField(hash, $0) }
  }

  @Test("hold what the state holds after all effects, or aren't known", arguments: 1...20 as ClosedRange<UInt64>)
  func sameAsState(seed: UInt64) async throws {
    var random = RandomEffects(seed: seed)
    let image = StateImage()
    var foreseen = ForeseenFields()
    foreseen.expect(fields)
    for field in fields { foreseen.found(nil, in: field) }
    var (known, asked) = (0, 0)
    for event in (0..<200).flatMap({ _ in random.events() }) {
      let resolved = ResolvedEffects(event, isPublished: { _ in false }) { image.current.hashes[$0]?[$1] }
      // The server would refuse it, and the shard be taken anew.
      guard resolved.isPossible else { continue }
      image.apply(event, at: .zero) { _ in false }
      foreseen.apply(event, batch: 1)
      for field in fields {
        let held = image.current.hashes[field.hash]?[field.field]
        asked += 1
        guard let value = foreseen.value(field) else {
          foreseen.found(held, in: field)
          continue
        }
        known += 1
        #expect(value == held)
      }
    }
    #expect(known > asked / 2)
  }

  @Test("are kept as long as somebody is going to read them, or what writes them is not in effect")
  func kept() {
    let field = StateField("balances", "a")
    var foreseen = ForeseenFields()
    foreseen.found("1", in: field)
    #expect(foreseen.value(field) == nil)
    foreseen.expect([field])
    foreseen.expect([field])
    foreseen.found("1", in: field)
    foreseen.release([field])
    #expect(foreseen.value(field) == "1")
    foreseen.apply(Effects { $0.set("balances", "a", to: "2") }, batch: 4)
    foreseen.found("1", in: field)
    foreseen.release([field])
    #expect(foreseen.value(field) == "2")
    foreseen.apply(Effects { $0.remove("balances", "a") }, batch: 5)
    foreseen.committed(through: 4)
    #expect(foreseen.value(field) == .some(nil))
    foreseen.committed(through: 5)
    #expect(foreseen.value(field) == nil)
  }
}
