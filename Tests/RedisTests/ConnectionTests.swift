import Redis
import RedisTestSupport
import Testing

@Suite struct ConnectionTests {
  @Test func callsAndPipelines() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      let pong = try await connection.call("PING")
      #expect(try pong.root.string() == "PONG")
      #expect(pong.root.kind == .status)

      var commands = Commands()
      commands.append("SET", "a", "1")
      commands.append("INCRBY", "a", "41")
      commands.append("LPUSH", "a", "x")
      commands.append("GET", "a")
      let replies = try await connection.send(commands)
      #expect(replies.count == 4)
      #expect(try replies[0].string() == "OK")
      #expect(try replies[1].integer() == 42)
      #expect(replies[2].error?.code == .wrongType)
      #expect(try replies[3].integer() == 42)
      #expect(replies[4].kind == .nil)
    }
  }
}
