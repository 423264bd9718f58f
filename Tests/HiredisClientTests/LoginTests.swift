import HiredisClient
import RedisTestSupport
import Testing

@Suite struct LoginTests {
  @Test func passwordOnly() async throws {
    try await withRedis(arguments: ["--requirepass", "s3cret"]) { server in
      var url = server.url
      url.password = "s3cret"
      try await Connection(url).run("PING")
      url.user = "default"
      try await Connection(url).run("PING")

      url.password = "wr0ng"
      let wrong = await Connection(url).connectError()
      #expect(wrong?.code == .authentication)
      #expect(wrong?.mayHaveExecuted == false)
      #expect(wrong?.message.hasPrefix("login as default failed: WRONGPASS") == true)
      #expect(wrong?.description.contains("wr0ng") == false)

      let missing = await Connection(server.url).connectError()
      #expect(missing?.code == .authentication)
      #expect(missing?.message == "login failed: NOAUTH: it wants a password, and the URL has none")
    }
  }

  @Test func aServerThatRepeatsThePasswordIsNotQuoted() async throws {
    try await withRedis(arguments: ["--rename-command", "AUTH", "LOGIN"]) { server in
      var url = server.url
      url.password = "s3cret"
      let error = await Connection(url).connectError()
      #expect(error?.message.hasPrefix("login failed: ERR unknown command 'AUTH'") == true)
      #expect(error?.description.contains("s3cret") == false)
    }
  }

  @Test func limitedUser() async throws {
    try await withRedis { server in
      let admin = Connection(server.url)
      try await admin.run("ACL", "SETUSER", "reader", "on", ">p:a/s s", "~*", "+get")
      var url = server.url
      url.user = "reader"
      url.password = "p:a/s s"
      let connection = Connection(url, options: ConnectionOptions(clientName: "reader"))
      #expect(try await connection.text("GET", "x") == nil)
      #expect(connection.clientID != nil)
      let error = await connection.error("SET", "x", "1")
      #expect(error?.code == .noPermission)
      #expect(await connection.connectCount == 1)
    }
  }

  @Test("works with a server that doesn't say what it is")
  func withoutGreeting() async throws {
    try await withRedis(arguments: ["--rename-command", "HELLO", "", "--requirepass", "s3cret"]) { server in
      var url = server.url
      url.password = "s3cret"
      let connection = Connection(url)
      try await connection.run("PING")
      #expect(connection.clientID == nil)
    }
  }

  @Test func databaseAndName() async throws {
    try await withRedis { server in
      var url = server.url
      url.database = 3
      let connection = Connection(url, options: ConnectionOptions(clientName: "worker-1"))
      try await connection.run("SET", "x", "1")
      let clients = try #require(try await connection.text("CLIENT", "LIST"))
      let client = try #require(clients.split(separator: "\n").first { $0.contains(" name=worker-1 ") })
      #expect(client.contains(" db=3 "))
      #expect(client.hasPrefix("id=\(try #require(connection.clientID)) "))
      #expect(try await Connection(server.url).text("GET", "x") == nil)
    }
  }

  @Test func refusedStepsAreNamed() async throws {
    try await withRedis { server in
      var url = server.url
      url.database = 99
      let database = await Connection(url).connectError()
      #expect(database?.message == "selecting database 99 failed: ERR DB index is out of range")
      let options = ConnectionOptions(clientName: "two words")
      let name = await Connection(server.url, options: options).connectError()
      #expect(name?.message.hasPrefix("naming the connection failed: ERR") == true)
    }
  }
}
