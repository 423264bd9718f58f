import HiredisClient
import RedisTestSupport
import Testing

@Suite("Of a cluster, a connection") struct ClusterTests {
  @Test("sends each command where its key is, those of one pipeline side by side, and has the answers in their order")
  func routing() async throws {
    try await ClusterServers.with { cluster in
      let connection = Connection(cluster.url)
      for _ in 0..<200 {
        let key = "k\(Int.random(in: 0..<1_000_000)){\(Int.random(in: 0..<100_000))}"
        #expect(try await connection.integer(["CLUSTER", "KEYSLOT", key]) == Slot(of: key).number)
      }
      var commands = Commands()
      for number in 0..<300 {
        commands.append("SET", "k\(number)", "\(number)")
        // Without a key: it is answered where the one before it was.
        if number.isMultiple(of: 50) { commands.append("PING", "p\(number)") }
        commands.append("MULTI")
        commands.append("GET", "k\(number)")
        commands.append("EXEC")
      }
      #expect(try await connection.answers(commands) == Self.expectedAnswers)

      #expect(try await connection.masters().count == 3)
      var sizes: [Int] = []
      for master in try await connection.masters() {
        sizes.append(try await connection.size(at: master))
      }
      #expect(sizes.reduce(0, +) == 300 && sizes.allSatisfy { $0 > 50 }, "\(sizes)")
      let refused = await connection.error("MGET", "k1", "k2")
      #expect(refused?.prefix == "CROSSSLOT")

      // One portion after the other, two of them on their way.
      let portions = (0..<10).map { portion in (0..<20).map { "\(portion * 20 + $0)" } }
      var received: [String] = []
      try await connection.write(Self.gets(portions[0]))
      for portion in 1...portions.count {
        if portion < portions.count { try await connection.write(Self.gets(portions[portion])) }
        received += try await connection.received(20)
      }
      #expect(received == portions.flatMap(\.self))
    }
  }

  private static var expectedAnswers: [String] {
    (0..<300).flatMap {
      ["OK"] + ($0.isMultiple(of: 50) ? ["p\($0)"] : []) + ["OK", "QUEUED", "[\($0)]"]
    }
  }

  private static func gets(_ numbers: [String]) -> Commands {
    var commands = Commands()
    for number in numbers { commands.append("GET", "k\(number)") }
    return commands
  }

  @Test("follows a slot that moves key by key, and waits for what is not on one node")
  func moving() async throws {
    try await ClusterServers.with { cluster in
      let connection = Connection(cluster.url)
      let slot = Slot(of: "{s}").number
      let source = ClusterServers.master(of: "{s}")
      let target = (source + 1) % 3
      for number in 0..<30 { try await connection.run("SET", "{s}\(number)", "\(number)") }
      try await connection.connect()
      let before = await connection.connectCount
      try await cluster.beginMove(of: slot, from: source, to: target)
      #expect(try await cluster.moveKeys(of: slot, from: source, to: target))
      for number in 0..<30 { #expect(try await connection.text("GET", "{s}\(number)") == "\(number)") }
      // What is not there yet is made where it will be.
      try await connection.run("SET", "{s}new", "1")
      #expect(await connection.connectCount == before, "the slot was taken for moved")
      // One node sends to the other, which has not all of it: for as long as the slot is on its way.
      let between = await connection.error("MGET", "{s}neither", "{s}nor")
      #expect(between?.isRetriable == true, "\(between as Any)")

      async let both = connection.strings(["MGET"] + (0..<30).map { "{s}\($0)" })
      while try await cluster.moveKeys(of: slot, from: source, to: target) {}
      try await cluster.endMove(of: slot, from: source, to: target)
      #expect(try await both == (0..<30).map { "\($0)" })
      #expect(try await connection.text("GET", "{s}new") == "1")
      #expect(await connection.connectCount > before, "that the slot moved can't be seen")

      // A connection that must not go elsewhere is told so.
      let other = Connection(cluster.url)
      try await other.connect()
      let count = await other.connectCount
      try await cluster.beginMove(of: slot, from: target, to: source)
      while try await cluster.moveKeys(of: slot, from: target, to: source) {}
      try await cluster.endMove(of: slot, from: target, to: source)
      var question = Commands()
      question.append("GET", "{s}1")
      #expect(try await other.errorLines(question, overConnection: count) == ["MOVED"])
      await #expect(throws: RedisError.self, "what it was told of is another connection") {
        try await other.errorLines(question, overConnection: count)
      }
    }
  }

  @Test("that loses a node goes on with the others, and says of that one only that it can't be reached")
  func lostNode() async throws {
    try await ClusterServers.with { cluster in
      var keys: [String] = []
      for master in 0..<3 {
        keys.append(try #require((0...).lazy.map { "k\($0)" }.first { ClusterServers.master(of: $0) == master }))
      }
      let strict = Connection(cluster.url)
      let tolerant = Connection(cluster.url, options: ConnectionOptions(toleratesLostNodes: true))
      var commands = Commands()
      for key in keys { commands.append("SET", key, "1") }
      try await strict.run(commands)
      try await tolerant.run(commands)
      #expect(tolerant.clientNumbers.id(for: keys[1]) != nil)
      await cluster.masters[1].kill()
      #expect(try await tolerant.errorLines(commands) == ["", "CLUSTERDOWN", ""])
      #expect(tolerant.clientNumbers.id(for: keys[1]) == nil)
      #expect(tolerant.clientNumbers.id(for: keys[2]) != nil)
      let error = await #expect(throws: RedisError.self) { try await strict.run(commands) }
      #expect(error?.isRetriable == true)
      #expect(error?.endpoint?.contains("\(try cluster.masters[1].port)") == true)
      try await strict.run("SET", keys[2], "2")
      try await cluster.masters[1].restart()
      try await eventually("it is there again") { try await tolerant.errorLines(commands) == ["", "", ""] }
    }
  }

  @Test("goes to the replica that takes a dead master's place, without being told where that is")
  func promotion() async throws {
    try await ClusterServers.with(replicas: true) { cluster in
      let connection = Connection(cluster.url)
      let key = try #require((0...).lazy.map { "k\($0)" }.first { ClusterServers.master(of: $0) == 0 })
      try await connection.run("SET", key, "1")
      #expect(try await connection.integer(["WAIT", "1", "10000"]) >= 0)
      await cluster.masters[0].kill()
      try await eventually("the replica is asked") {
        do throws(RedisError) { return try await connection.text("GET", key) == "1" } catch {
          #expect(error.isRetriable, "\(error)")
          return false
        }
      }
      // Only hosts that are gone, and one that is not.
      let rest = try RedisURL("redis://127.0.0.1:\(cluster.masters[0].port),127.0.0.1:\(cluster.masters[2].port)")
      #expect(try await Connection(rest).text("GET", key) == "1")
    }
  }
}

extension Connection {
  /// What commands are answered, as text.
  fileprivate func answers(_ commands: Commands) throws -> [String] { try Self.texts(send(commands)) }

  fileprivate func received(_ count: Int) throws -> [String] { try Self.texts(receive(count)) }

  private static func texts(_ replies: borrowing Replies) throws -> [String] {
    var texts: [String] = []
    for index in 0..<replies.count {
      texts.append(
        replies[index].kind == .array
          ? "[\(try replies[index].strings().joined(separator: " "))]"
          : try replies[index].string())
    }
    return texts
  }

  fileprivate func size(at server: RedisURL.Address) throws -> Int {
    let reply = try call(["DBSIZE"], at: server)
    return try reply.root.integer()
  }

  /// The first words of the errors that commands are answered with; nothing for those that succeed.
  @discardableResult
  fileprivate func errorLines(_ commands: Commands, overConnection count: Int? = nil) throws -> [String] {
    if let count { return try Self.errors(send(commands, overConnection: count)) }
    return try Self.errors(send(commands))
  }

  private static func errors(_ replies: borrowing Replies) -> [String] {
    var errors: [String] = []
    for index in 0..<replies.count { errors.append(replies[index].error.map { String($0.prefix) } ?? "") }
    return errors
  }
}
