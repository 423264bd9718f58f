import EventStreams
import HiredisClient
import RideHailing
import Testing

@Suite("Lists of what is kept") struct ListCostTests {
  @Test("are read in parts, however long they are, so that nobody has to wait for one command")
  func parts() async throws {
    try await RideBench.run { bench in
      let shard = bench.namespace.shard(of: "New York")
      let at = "2026-04-03T10:30:00Z"
      let dispute =
        #"{"disputes":[{"id":"d","charge":"c","amount":1,"currency":"USD","reason":"r","status":"open"}]}"#
      let owed = #"{"rides":[{"ride":"r","city":"New York","owed":1,"currency":"USD","at":"\#(at)"}]}"#
      let payout =
        #"{"run":"R","driver":"d","city":"New York","amount":1,"currency":"USD","place":"5-0","at":"\#(at)"}"#
      let lists = [("payment", "disputes", dispute), ("payment", "arrears", owed), ("driver", "payouts", payout)]
      let count = 20_000
      for (service, hash, value) in lists {
        var commands = Commands()
        for number in 0..<count {
          commands.append("HSET", bench.namespace.state(shard, service, hash), "n-\(number)", value)
        }
        _ = try await bench.connection.send(commands)
      }
      let state = RideState(bench.state)
      let payouts = Payouts(namespace: bench.namespace, connection: bench.connection)
      func answered(_ read: () async throws -> Int) async throws -> (found: Int, bytesPerCommand: Int) {
        var found = 0
        let cost = try await bench.cost { found = try await read() }
        return (found, cost.bytes / max(1, cost.commands))
      }
      let disputes = try await answered { try await state.disputes().count }
      let arrears = try await answered { try await state.arrears(of: nil, in: nil).count }
      let listed = try await answered { try await payouts.list().count }
      for list in [disputes, arrears, listed] {
        #expect(list.found == count && list.bytesPerCommand < 400_000, "\(list)")
      }
    }
  }
}
