import EventStreams
import HiredisClient
import RandomTestSupport
import Testing

@testable import EventStreamsOperations

@Suite("What to move so that load is even") struct LoadBalanceTests {
  private struct Placed {
    var places: [[(Int, Int)]]

    var sums: [Int] { places.map { $0.reduce(0) { $0 + $1.1 } } }
    var spread: Int { (sums.max() ?? 0) - (sums.min() ?? 0) }
    var mean: Int { sums.reduce(0, +) / max(1, places.reduce(0) { $0 + $1.count }) }

    func after(_ moves: some Sequence<LoadBalance.Move>) -> Placed {
      var placed = self
      for move in moves {
        guard let index = placed.places[move.source].firstIndex(where: { $0.0 == move.item }) else {
          Issue.record("\(move.item) is not where it is taken from")
          continue
        }
        placed.places[move.target].append(placed.places[move.source].remove(at: index))
      }
      return placed
    }

    /// Whether something of weight on the fullest place could still go to the emptiest so that they differ less.
    var couldBeMoreEven: Bool {
      guard let fullest = sums.indices.max(by: { sums[$0] < sums[$1] }) else { return false }
      return spread > mean && places[fullest].contains { $0.1 < spread && $0.1 >= mean / 10 }
    }
  }

  @Test("of equal shards as few move as possible, and servers differ by one at most", arguments: 1...9)
  func equal(servers: Int) {
    var random = Seeded(state: UInt64(servers) * 7919)
    for _ in 0..<200 {
      let shards = Int.random(in: 0...70, using: &random)
      var placed = Placed(places: Array(repeating: [], count: servers))
      for shard in 0..<shards { placed.places[Int.random(in: 0..<servers, using: &random)].append((shard, 1)) }
      var balance = LoadBalance(placed.places)
      let moves = balance.even()
      #expect(placed.after(moves).spread <= 1)
      // The fullest servers keep what does not go up evenly.
      let counts = placed.places.map(\.count).sorted(by: >)
      let needed = counts.enumerated().reduce(0) { sum, server in
        sum + max(0, server.element - shards / servers - (server.offset < shards % servers ? 1 : 0))
      }
      #expect(moves.count == needed)
    }
  }

  @Test("of shards of any load none moves in vain, and none twice", arguments: Array(1...40) + [177, 242, 2162])
  func any(seed: Int) {
    var random = Seeded(state: UInt64(seed) * 104_729)
    let servers = Int.random(in: 1...8, using: &random)
    var placed = Placed(places: Array(repeating: [], count: servers))
    for shard in 0..<Int.random(in: 1...64, using: &random) {
      let load = Bool.random(using: &random) ? 1 : Int.random(in: 1...100_000, using: &random)
      placed.places[Int.random(in: 0..<max(1, servers - 1), using: &random)].append((shard, load))
    }
    var balance = LoadBalance(placed.places)
    let moves = balance.even()
    #expect(Set(moves.map(\.item)).count == moves.count)
    #expect(!placed.after(moves).couldBeMoreEven)
    for left in moves {
      #expect(placed.after(moves.filter { $0 != left }).couldBeMoreEven, "\(left) is not needed")
    }
    var once = LoadBalance(placed.after(moves).places)
    #expect(once.even().isEmpty)
  }

  private func master(_ number: Int, shards: [ShardLoad] = [], isHealthy: Bool = true) -> NodeStatus {
    NodeStatus(
      node: ServerNode(
        address: .tcp(host: "10.0.0.\(number)", port: 6379), id: "id-\(number)", isHealthy: isHealthy),
      shards: shards)
  }

  @Test("a new server gets its part, a dead one none, and the lines of the shell keep what a name could do")
  func plan() {
    let shards = (0..<4).map { ShardLoad(shard: $0, slot: 100 + $0, added: 50) }
    let moves = ShardMove.plan([master(1, shards: shards), master(2), master(3, isHealthy: false)])
    #expect(moves.count == 2)
    #expect(moves.allSatisfy { $0.source.id == "id-1" && $0.target.id == "id-2" && $0.slot == 100 + $0.shard })
    #expect(ShardMove.plan([NodeStatus(node: ServerNode(address: .unix(path: "/s")), shards: shards)]).isEmpty)

    var url = RedisURL(address: .tcp(host: "a", port: 1))
    url.user = "it's $me"
    url.password = "secret"
    let lines = moves[0].commands(url, whole: false)
    #expect(lines.allSatisfy { $0.contains(#"--user 'it'\''s $me'"#) && !$0.contains("secret") })
    #expect(lines[2].contains(#"AUTH2 'it'\''s $me' "$REDISCLI_AUTH" KEYS"#))
    let whole = moves[0].commands(RedisURL.standard, whole: true)
    #expect(
      whole == [
        "redis-cli -e -h 10.0.0.1 -p 6379 CLUSTER MIGRATESLOTS SLOTSRANGE \(moves[0].slot) \(moves[0].slot) NODE id-2"
      ])
  }

  @Test("servers move slots whole from Valkey 9 on, if all do")
  func versions() {
    func whole(_ versions: String...) -> Bool {
      ServerFigures.moveSlotsWhole(versions.map { ServerFigures(version: $0, memory: 0, operationsPerSecond: 0) })
    }
    #expect(whole("valkey 9.1.2", "valkey 10.0.0"))
    #expect(!whole("valkey 9.1.2", "valkey 8.1.8"))
    #expect(!whole("redis 9.0.0"))
  }
}
