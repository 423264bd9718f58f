import HiredisClient
import RedisTestSupport
import Testing

@Suite struct FailureTests {
  @Test func nobodyListens() async throws {
    let port = try freePort()
    let connection = Connection(RedisURL(address: .tcp(host: "127.0.0.1", port: port)))
    let refused = await connection.error("PING")
    #expect(refused?.code == .connectionRefused)
    #expect(refused?.isRetriable == true)
    #expect(refused?.mayHaveExecuted == false)
    #expect(refused?.description == "cannot reach Redis at redis://127.0.0.1:\(port): Connection refused")

    let socket = Connection(try RedisURL("unix:///nonexistent/redis.sock"))
    let missing = await socket.connectError()
    #expect(missing?.code == .connectionRefused)
    #expect(
      missing?.description == "cannot reach Redis at unix:///nonexistent/redis.sock: No such file or directory")
  }

  @Test func noSuchHost() async throws {
    let connection = Connection(try RedisURL("redis://redis.invalid"))
    let error = await connection.connectError()
    #expect(error?.code == .unreachable)
    #expect(error?.isRetriable == true)
    #expect(error?.description.hasPrefix("cannot reach Redis at redis://redis.invalid:6379: ") == true)
  }

  @Test func anIdleConnectionThatTheServerClosedCostsNoCommand() async throws {
    try await withRedis(tcp: true) { server in
      for url in [server.url, try #require(server.tcpURL)] {
        let connection = Connection(url)
        try await connection.connect()
        let first = try #require(connection.clientID)
        try await Connection(server.url).run("CLIENT", "KILL", "ID", "\(first)")
        #expect(try await connection.text("PING") == "PONG")
        #expect(await connection.connectCount == 2)
        #expect(connection.clientID != first)
      }
    }
  }

  @Test func aConnectionKilledWhileItWaitsMayHaveExecuted() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      try await connection.connect()
      async let popped = connection.error("BLPOP", "nothing", "0")
      let other = Connection(server.url)
      try await other.waitUntilBlocked(1)
      try await other.run("CLIENT", "KILL", "ID", "\(try #require(connection.clientID))")
      let error = await popped
      #expect(error?.code == .connectionClosed)
      #expect(error?.mayHaveExecuted == true)
      #expect(error?.isRetriable == true)
      #expect(try await connection.text("PING") == "PONG")
    }
  }

  @Test func survivesTheServersRestart() async throws {
    try await withRedis(tcp: true) { server in
      for url in [server.url, try #require(server.tcpURL)] {
        let connection = Connection(url)
        try await connection.connect()
        await server.kill()
        let error = await connection.error("PING")
        #expect(error?.code == .connectionRefused)
        #expect(error?.mayHaveExecuted == false)
        #expect(await connection.isConnected == false)
        try await server.restart()
        #expect(try await connection.text("PING") == "PONG")
        #expect(await connection.connectCount == 2)
      }
    }
  }

  @Test func aServerThatHangsTimesOut() async throws {
    try await withRedis(tcp: true) { server in
      let url = try #require(server.tcpURL)
      let connection = Connection(url, options: ConnectionOptions(responseTimeout: .milliseconds(500)))
      try await connection.connect()
      await server.pause()
      let silent = await connection.error("INCR", "x")
      #expect(silent?.code == .timeout)
      #expect(silent?.mayHaveExecuted == true)
      #expect(silent?.isRetriable == true)
      #expect(silent?.description == "Redis at \(url): no answer within 0.5 seconds")
      // The kernel still accepts, so connecting fails at the login.
      let login = await connection.error("INCR", "x")
      #expect(login?.code == .timeout)
      #expect(login?.mayHaveExecuted == false)
      await server.resume()
      // The frozen server had the first INCR in its socket, and answers it to nobody.
      #expect(try await connection.text("INCR", "x") == "2")
    }
  }

  @Test func whatIsNoRedis() async throws {
    for (answer, code) in [
      ("HTTP/1.1 400 Bad Request\r\n\r\n", RedisError.Code.protocolViolation),
      ("$100\r\nhalf a reply", .connectionClosed),
      ("", .connectionClosed),
      ("-ERR max number of clients reached\r\n", .tooManyClients),
      ("+surprise\r\n", .unexpectedReply),
    ] {
      let server = try CannedServer(answer: answer)
      defer { server.stop() }
      let error = await Connection(server.url).connectError()
      #expect(error?.code == code)
      #expect(error?.mayHaveExecuted == false)
    }
  }

  @Test func outOfMemoryAndReplicas() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      try await connection.run("CONFIG", "SET", "maxmemory", "1")
      let memory = await connection.error("SET", "x", "1")
      #expect(memory?.code == .outOfMemory)
      #expect(memory?.isRetriable == true)
      try await connection.run("CONFIG", "SET", "maxmemory", "0")
      try await connection.run("REPLICAOF", "127.0.0.1", "1")
      let looking = Connection(server.url, options: ConnectionOptions(acceptsReplica: true))
      let replica = await looking.error("SET", "x", "1")
      #expect(replica?.code == .readOnly)
      try await looking.run("CONFIG", "SET", "replica-serve-stale-data", "no")
      let stale = await looking.error("GET", "x")
      #expect(stale?.code == .masterDown)
    }
  }

  @Test func groups() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      let missing = await connection.error("XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">")
      #expect(missing?.code == .noGroup)
      try await connection.run("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM")
      let busy = await connection.error("XGROUP", "CREATE", "s", "g", "$")
      #expect(busy?.code == .busyGroup)
    }
  }

  @Test func aServerBusyWithAScript() async throws {
    try await withRedis(arguments: ["--busy-reply-threshold", "1"]) { server in
      // A connection that is there may end the script, as may a new one.
      let connection = Connection(server.url)
      try await connection.connect()
      async let endless = Connection(server.url).error("EVAL", "while true do end", "0")
      var busy: RedisError?
      while busy == nil {
        do throws(RedisError) { try await connection.run("PING") } catch { busy = error }
      }
      #expect(busy?.code == .busyScript)
      #expect(busy?.isRetriable == true)
      let new = await Connection(server.url).error("PING")
      #expect(new?.code == .busyScript)
      try await connection.run("SCRIPT", "KILL")
      #expect(await endless?.code == .server)
    }
  }

  @Test func aServerThatStillLoads() async throws {
    // Slow enough to be seen, 10 ms a key and a minute in all, and answering after each of them.
    let arguments = [
      "--key-load-delay", "10000", "--loading-process-events-interval-bytes", "1024", "--rdbcompression", "no",
    ]
    try await withRedis(arguments: arguments) { server in
      let connection = Connection(server.url)
      var commands = Commands()
      for number in 0..<6000 { commands.append("SET", "key \(number)", String(repeating: "x", count: 1100)) }
      commands.append("SAVE")
      try await connection.run(commands)
      await server.kill()
      try await server.restart(waitingUntilLoaded: false)
      let error = await connection.error("GET", "x")
      #expect(error?.code == .serverLoading)
      #expect(error?.isRetriable == true)
    }
  }
}
