import HiredisClient
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
      #expect(throws: RedisError.self) { try replies.check() }
      let none = try await connection.send(Commands())
      #expect(none.count == 0)
      let one = try await connection.call(Commands.set)
      #expect(try one.root.string() == "OK")
    }
  }

  @Test func serverErrorsOfOneCommandAreThrown() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      let error = await connection.error("FCALL", "nothing", "0")
      #expect(error?.code == .functionMissing)
      #expect(error?.endpoint == server.url.description)
      #expect(error?.mayHaveExecuted == false)
      try await connection.run("PING")
      #expect(await connection.connectCount == 1)
    }
  }

  @Test func severalWindowsInFlight() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      for window in 0..<3 {
        var commands = Commands()
        for number in 0..<10 { commands.append("ECHO", "\(window) \(number)") }
        try await connection.write(commands)
      }
      let first = try await connection.receive(5)
      #expect(try first[4].string() == "0 4")
      let rest = try await connection.receive(25)
      #expect(try rest[24].string() == "2 9")
      let error = await connection.receiveError(1)
      #expect(error?.code == .connectionClosed)
    }
  }

  @Test func theLastWindowMayWaitForAll() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      var commands = Commands()
      commands.append("ECHO", "first")
      try await connection.write(commands)
      commands.removeAll()
      commands.append("ECHO", "second")
      let replies = try await connection.write(commands, receiving: 2)
      #expect(try replies[0].string() == "first")
      #expect(try replies[1].string() == "second")
      let error = await connection.receiveError(1)
      #expect(error?.code == .connectionClosed)
    }
  }

  @Test func windowsInFlightAreLostWithTheConnection() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      var commands = Commands()
      commands.append("BLPOP", "nothing", "0")
      try await connection.write(commands)
      try await Connection(server.url).run("CLIENT", "KILL", "ID", "\(try #require(connection.clientID))")
      for _ in 0..<2 {
        let error = await connection.receiveError(1)
        #expect(error?.code == .connectionClosed)
        #expect(error?.mayHaveExecuted == true)
      }
      #expect(connection.clientID == nil)
      #expect(try await connection.text("PING") == "PONG")
    }
  }

  @Test func argumentsAreBinarySafe() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      let everyByte = (0...255).map { UInt8($0) } + Array("\r\n$5\r\n*1\r\n".utf8)
      var commands = Commands()
      commands.begin(argumentCount: 2)
      commands.argument("ECHO")
      commands.argument(everyByte)
      let reply = try await connection.call(commands)
      #expect(reply.root.bytes.withUnsafeBufferPointer { Array($0) } == everyByte)
      #expect(throws: RedisError.self) { try reply.root.string() }
    }
  }

  @Test func bigRepliesAndBigPipelines() async throws {
    try await withRedis(tcp: true) { server in
      for url in [server.url, try #require(server.tcpURL)] {
        let connection = Connection(url)
        let size = 10 << 20
        var big = Commands()
        big.begin(argumentCount: 3)
        big.argument("SET")
        big.argument("big")
        big.argument([UInt8](repeating: 7, count: size))
        try await connection.run(big)
        let reply = try await connection.call("GET", "big")
        #expect(reply.root.bytes.count == size)
        #expect(reply.root.bytes[size - 1] == 7)

        var many = Commands()
        for number in 0..<100_000 {
          many.begin(argumentCount: 2)
          many.argument("ECHO")
          many.argument(number)
        }
        let replies = try await connection.send(many)
        for number in 0..<100_000 {
          let echoed = try replies[number].integer()
          if echoed != number { Issue.record("\(echoed) in place of \(number)") }
        }
      }
    }
  }

  @Test func callersOfOneConnectionGetTheirOwnReplies() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      try await withThrowingTaskGroup { group in
        for number in 0..<200 {
          group.addTask {
            let echoed = try await connection.text("ECHO", "\(number)")
            #expect(echoed == "\(number)")
          }
        }
        try await group.waitForAll()
      }
      #expect(await connection.connectCount == 1)
    }
  }

  @Test func isIsolatedToItsThread() async throws {
    let connection = Connection(.standard)
    await connection.verifyIsolation()
    await #expect(processExitsWith: .failure) { Connection(.standard).preconditionIsolated() }
  }
}

extension Connection {
  fileprivate func verifyIsolation() {
    preconditionIsolated()
    assumeIsolated { $0.preconditionIsolated() }
  }
}

extension Commands {
  fileprivate static var set: Commands {
    var command = Commands()
    command.append("SET", "a", "1")
    return command
  }
}
