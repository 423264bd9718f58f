import RandomTestSupport
import Testing

@testable import EventStreams

@Suite("The assignment of shards") struct ShardAssignmentTests {
  @Test("is even, gives every shard once, and moves as few as possible", arguments: 1...12, 1...9)
  func fair(shards: Int, workers: Int) {
    var holdings = Dictionary(uniqueKeysWithValues: (0..<workers).map { (Identifier("w\($0)"), Set<Int>()) })
    let first = assigned(shards, holdings)
    check(first, shards)
    // Those who have their share keep it.
    #expect(assigned(shards, first) == first)
    // One more: nobody gets a shard that another keeps.
    holdings = first
    holdings["new"] = []
    let second = assigned(shards, holdings)
    check(second, shards)
    for (worker, held) in first { #expect(second[worker]?.isSubset(of: held) == true) }
    // One less: the others keep what they have.
    holdings = first
    holdings["w0"] = nil
    let third = assigned(shards, holdings)
    if workers > 1 { check(third, shards) }
    for (worker, held) in holdings { #expect(third[worker]?.isSuperset(of: held) == true) }
  }

  private func assigned(_ shards: Int, _ holdings: [Identifier: Set<Int>]) -> [Identifier: Set<Int>] {
    ShardAssignment.shards(shards, among: holdings.mapValues { RosterNote(shards: $0) })
  }

  private static func service(reading version: Int) -> EventService {
    var service = EventService("s")
    switch version {
    case 1: service.on(Noted.self) { _ in .none }
    case 2: service.on(Noted2.self) { _ in .none }
    default:
      service.on(Noted3.self) { _ in .none }
      service.on(Extra.self) { _ in .none }
    }
    return service
  }

  private static let needs: [ReadingNeed] = [
    .version(2, of: "NOTED"), .version(3, of: "NOTED"), .topic("extras"), .version(99, of: "NOTED"), .topic("nobody's"),
  ]

  @Test(
    "has each shard once, those of which something is unread with who reads most of it, and the others even; it is what it comes to again",
    arguments: 1...500)
  func unread(seed: UInt64) {
    var random = Seeded(state: seed)
    let shards = Int.random(in: 1...16, using: &random)
    var workers: [Identifier: RosterNote] = [:]
    for number in 0..<Int.random(in: 1...6, using: &random) {
      let scope = ReadingScope(Self.service(reading: .random(in: 1...3, using: &random)))
      var note = RosterNote(reads: scope)
      for shard in 0..<shards where Int.random(in: 0..<4, using: &random) == 0 { note.shards.insert(shard) }
      for shard in 0..<shards where Int.random(in: 0..<6, using: &random) == 0 {
        note.unread[shard] = Set(Self.needs.filter { !scope.covers($0) && Bool.random(using: &random) })
      }
      workers["w\(number)"] = note
    }
    let result = ShardAssignment.shards(shards, among: workers)
    #expect(result.values.reduce(0) { $0 + $1.count } == shards)
    #expect(result.values.reduce(Set()) { $0.union($1) } == Set(0..<shards))
    var isFree = Set(0..<shards)
    for (owner, owned) in result {
      for shard in owned {
        let needs = Set(workers.values.flatMap { $0.unread[shard] ?? [] })
        func count(_ note: RosterNote) -> Int { needs.count { note.reads?.covers($0) == true } }
        let counts = workers.mapValues(count)
        #expect(counts[owner] == counts.values.max(), "\(shard)")
        if Set(counts.values).count > 1 { isFree.remove(shard) }
      }
    }
    // Who has a shard that anybody may have has no more than any other, give or take one.
    let least = result.values.map { $0.count }.min() ?? 0
    for owned in result.values where !owned.isDisjoint(with: isFree) { #expect(owned.count <= least + 1) }
    // When all have what they should have, nobody gives anything up.
    for (name, owned) in result { workers[name]?.shards = owned }
    #expect(ShardAssignment.shards(shards, among: workers) == result)
  }

  @Test("gets what workers say of themselves as they said it")
  func notes() throws {
    let note = RosterNote(
      shards: [0, 7], reads: ReadingScope(Self.service(reading: 3)), unread: [3: Set(Self.needs), 5: [Self.needs[0]]])
    let json = JSONWriter.bytes(of: note)
    var parser = JSONParser()
    #expect(try RosterNote(from: parser.parse(json.span)) == note)
  }

  private func check(_ assignment: [Identifier: Set<Int>], _ shards: Int) {
    #expect(assignment.values.reduce(0) { $0 + $1.count } == shards)
    #expect(assignment.values.reduce(Set()) { $0.union($1) } == Set(0..<shards))
    let counts = assignment.values.map(\.count)
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
  }
}
