import Testing

@testable import EventStreams

@Suite("The assignment of shards") struct ShardAssignmentTests {
  @Test("is even, gives every shard once, and moves as few as possible", arguments: 1...12, 1...9)
  func fair(shards: Int, workers: Int) {
    var holdings = Dictionary(uniqueKeysWithValues: (0..<workers).map { (Identifier("w\($0)"), Set<Int>()) })
    let first = ShardAssignment.shards(shards, among: holdings)
    check(first, shards)
    // Those who have their share keep it.
    #expect(ShardAssignment.shards(shards, among: first) == first)
    // One more: nobody gets a shard that another keeps.
    holdings = first
    holdings["new"] = []
    let second = ShardAssignment.shards(shards, among: holdings)
    check(second, shards)
    for (worker, held) in first { #expect(second[worker]?.isSubset(of: held) == true) }
    // One less: the others keep what they have.
    holdings = first
    holdings["w0"] = nil
    let third = ShardAssignment.shards(shards, among: holdings)
    if workers > 1 { check(third, shards) }
    for (worker, held) in holdings { #expect(third[worker]?.isSuperset(of: held) == true) }
  }

  private func check(_ assignment: [Identifier: Set<Int>], _ shards: Int) {
    #expect(assignment.values.reduce(0) { $0 + $1.count } == shards)
    #expect(assignment.values.reduce(Set()) { $0.union($1) } == Set(0..<shards))
    let counts = assignment.values.map(\.count)
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
  }
}
