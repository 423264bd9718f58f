import HiredisClient
import RedisTestSupport
import Testing

@Suite struct ReplyNodeTests {
  @Test func nestedReplies() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      let script =
        "return {1, {'two', {3, {'', {}}}}, redis.status_reply('FINE'), redis.error_reply('OOPS x'), false, 'end'}"
      let reply = try await connection.call("EVAL", script, "0")
      #expect(reply.root.kind == .array)
      #expect(reply.root.count == 6)
      #expect(reply.root[0].kind == .integer)
      #expect(try reply.root[0].integer() == 1)
      #expect(try reply.root[0].string() == "1")
      #expect(try reply.root[1][0].string() == "two")
      #expect(try reply.root[1][1][0].integer() == 3)
      #expect(reply.root[1][1][1][0].kind == .string)
      #expect(try reply.root[1][1][1][0].string() == "")
      #expect(reply.root[1][1][1][0].bytes.count == 0)
      #expect(reply.root[1][1][1][1].kind == .array)
      #expect(try reply.root[1][1][1][1].strings() == [])
      #expect(reply.root[2].kind == .status)
      #expect(reply.root[3].error?.message == "OOPS x")
      #expect(reply.root[3].error?.prefix == "OOPS")
      #expect(reply.root[4].kind == .nil)
      #expect(try reply.root[4].optionalString() == nil)
      #expect(try reply.root[4].optionalInteger() == nil)
      #expect(try reply.root[5].optionalString() == "end")
    }
  }

  @Test func whatIsNotThereIsNil() async throws {
    try await withRedis { server in
      let reply = try await Connection(server.url).call("EVAL", "return {1}", "0")
      for index in [-1, 1, Int.max, Int.min] {
        #expect(reply.root[index].kind == .nil)
        #expect(reply.root[index][3][field: "x"].count == 0)
        #expect(reply.root[index].bytes.isEmpty == true)
      }
      #expect(try reply.root[7].strings() == [])
    }
  }

  @Test func wrongShapesAreErrors() async throws {
    try await withRedis { server in
      let reply = try await Connection(server.url).call(
        "EVAL", "return {redis.error_reply('NOGROUP x'), 'x', {}}", "0")
      let errors = [
        #expect(throws: RedisError.self) { try reply.root.string() },
        #expect(throws: RedisError.self) { try reply.root.integer() },
        #expect(throws: RedisError.self) { try reply.root[1].integer() },
        #expect(throws: RedisError.self) { try reply.root[1].strings() },
        #expect(throws: RedisError.self) { try reply.root[2].optionalInteger() },
        #expect(throws: RedisError.self) { try reply.root[9].string() },
        #expect(throws: RedisError.self) { try reply.root.strings() },
      ]
      #expect(errors.dropLast().allSatisfy { $0?.code == .unexpectedReply })
      #expect(errors.last??.code == .noGroup)
      #expect(errors[0]?.description == "cannot understand Redis: expected a string, got array")
    }
  }

  @Test func fieldsByName() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      try await connection.run("HSET", "h", "name", "value", "count", "3")
      let reply = try await connection.call("HGETALL", "h")
      #expect(try reply.root[field: "name"].string() == "value")
      #expect(try reply.root[field: "count"].integer() == 3)
      #expect(reply.root[field: "value"].kind == .nil)
      #expect(reply.root[0].isEqual(to: "name") == true)
      #expect(reply.root[0].isEqual(to: "nam") == false)
    }
  }

  @Test func entriesOfAStream() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      var commands = Commands()
      commands.append("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM")
      for number in 1...100 { commands.append("XADD", "s", "\(number)-0", "n", "\(number)") }
      try await connection.run(commands)
      let reply = try await connection.call("XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">")
      let entries = reply.root[0][1]
      #expect(entries.count == 100)
      var sum = 0
      for index in 0..<entries.count { sum += try entries[index][1][1].integer() }
      #expect(sum == 5050)
      // The view of the bytes may be kept as long as the reply, longer than the node it came from.
      let id = entries[99][0].bytes
      #expect(id.count == 5)
    }
  }
}
