import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite struct ConnectionThreadTests {
  /// More connections than any pool has threads wait at once, while other tasks and connections get on.
  @Test func waitingConnectionsDoNotHoldUpOtherTasks() async throws {
    try await withRedis { server in
      let count = 32
      try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<count {
          group.addTask {
            let reply = try await Connection(server.url).call("BLPOP", "list \(number)", "0")
            return try reply.root[1].string()
          }
        }
        let other = Connection(server.url)
        try await other.waitUntilBlocked(count)
        let turns = await withTaskGroup(of: Int.self) { turns in
          for _ in 0..<100 {
            turns.addTask {
              await Task.yield(); return 1
            }
          }
          return await turns.reduce(0, +)
        }
        #expect(turns == 100)
        var commands = Commands()
        for number in 0..<count { commands.append("RPUSH", "list \(number)", "\(number)") }
        try await other.run(commands)
        var received: Set<String> = []
        for try await element in group { received.insert(element) }
        #expect(received == Set((0..<count).map(String.init)))
      }
    }
  }

  @Test func aWaitingConnectionCanBeWoken() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      try await connection.connect()
      async let popped = connection.text("BLPOP", "nothing", "0")
      let other = Connection(server.url)
      try await other.waitUntilBlocked(1)
      // Its number can be read although its thread is busy.
      let number = try #require(connection.clientID)
      #expect(try await other.text("CLIENT", "UNBLOCK", "\(number)") == "1")
      #expect(try await popped == nil)
      #expect(await connection.connectCount == 1)
    }
  }

  @Test func cancellingTheCallerCutsNothingShort() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      try await connection.connect()
      let waiting = Task {
        let popped = try await connection.call("BLPOP", "list", "0")
        return try popped.root[1].string()
      }
      let other = Connection(server.url)
      try await other.waitUntilBlocked(1)
      waiting.cancel()
      try await other.run("RPUSH", "list", "x")
      #expect(try await waiting.value == "x")
    }
  }

  #if os(Linux)
    @Test func threadsEndWithTheirConnections() async throws {
      try await withRedis { server in
        // The kernel keeps 15 bytes of a name.
        let options = ConnectionOptions(clientName: "ending")
        for _ in 0..<20 {
          let connections = (0..<10).map { _ in Connection(server.url, options: options) }
          for connection in connections { #expect(try await connection.text("PING") == "PONG") }
          #expect(try threads(named: "redis ending") >= 10)
        }
        while try threads(named: "redis ending") > 0 { try await Task.sleep(for: .milliseconds(1)) }
      }
    }

    @Test func anUnusedConnectionLeavesNoThread() async throws {
      for _ in 0..<10 { _ = Connection(.standard, options: ConnectionOptions(clientName: "unused")) }
      while try threads(named: "redis unused") > 0 { try await Task.sleep(for: .milliseconds(1)) }
    }

    private func threads(named name: String) throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count {
        // A thread may end between the listing and the reading.
        (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)) == name + "\n"
      }
    }
  #endif
}
