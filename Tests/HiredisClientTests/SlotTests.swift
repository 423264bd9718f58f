import Testing

@testable import HiredisClient

@Suite("The slot of a key") struct SlotTests {
  @Test(
    "is what the specification says",
    arguments: [
      ("123456789", 12739), ("", 0), ("foo", 12182), ("{user1000}.following", 3443), ("{user1000}.followers", 3443),
      ("user1000", 3443), ("foo{}{bar}", 8363), ("foo{{bar}}zap", 4015), ("{bar", 4015), ("foo{bar}{zap}", 5061),
      ("bar", 5061), ("rides:{0}:log:events", 13907),
    ])
  func known(_ key: String, _ number: Int) {
    #expect(Slot(of: key).number == number)
  }
}

@Suite("A node that sends elsewhere") struct RedirectTests {
  private let origin = RedisURL.Address.tcp(host: "10.0.0.1", port: 7001)

  @Test("is understood")
  func read() throws {
    let moved = try #require(Redirect("MOVED 3999 10.0.0.2:6381", from: origin))
    #expect(moved.kind == .moved && moved.slot == 3999 && moved.address == .tcp(host: "10.0.0.2", port: 6381))
    let ask = try #require(Redirect("ASK 0 ::1:6381", from: origin))
    #expect(ask.kind == .ask && ask.address == .tcp(host: "::1", port: 6381))
  }

  @Test("without saying to which host, or to one it doesn't know, means its own", arguments: [":6381", "?:6381"])
  func sameHost(_ place: String) throws {
    #expect(try #require(Redirect("MOVED 1 \(place)", from: origin)).address == .tcp(host: "10.0.0.1", port: 6381))
  }

  @Test(
    "to nowhere does not",
    arguments: [
      "MOVED 16384 a:1", "MOVED -1 a:1", "MOVED 1 a", "MOVED 1 a:0", "MOVED 1 a:65536", "MOVED 1", "MOVED x a:1",
      "ERR MOVED 1 a:1", "MOVED 1 a:1 b", "",
    ])
  func nonsense(_ line: String) {
    #expect(Redirect(line, from: origin) == nil)
  }
}

@Suite("The node for a command") struct ErrandTests {
  @Test(
    "is found by its first key, wherever that stands",
    arguments: [
      (["GET", "k"], true), (["get", "k"], true), (["FCALL", "f", "2", "k", "other"], true),
      (["FCALL", "f", "0"], false),
      (["fcall_ro", "f", "1", "k"], true), (["EVAL", "return 1", "1", "k", "x"], true),
      (["XREADGROUP", "GROUP", "g", "c", "COUNT", "5", "STREAMS", "k", ">"], true),
      (["XREAD", "BLOCK", "5", "streams", "k", "0"], true), (["XINFO", "STREAM", "k"], true),
      (["XGROUP", "CREATE", "k", "g", "0"], true), (["MEMORY", "USAGE", "k"], true), (["BLPOP", "k", "1"], true),
      (["TIME"], false), (["INFO", "server"], false), (["WAIT", "1", "500"], false), (["CLIENT", "LIST"], false),
      (["PING", "k"], false), (["UNKNOWN"], false),
    ])
  func key(_ arguments: [String], _ hasKey: Bool) {
    var commands = Commands()
    commands.append(arguments)
    #expect(commands.errands() == [Errand(commands: 0..<1, slot: hasKey ? Slot(of: "k").number : nil)])
  }

  @Test("is that of the whole transaction for all of it, and of none for what stands between")
  func transactions() {
    var commands = Commands()
    commands.append("TIME")
    commands.append("MULTI")
    commands.append("PING")
    commands.append("GET", "a")
    commands.append("EXEC")
    commands.append("SET", "b", "1")
    commands.append("MULTI")
    commands.append("GET", "c")
    #expect(
      commands.errands() == [
        Errand(commands: 0..<1, slot: nil), Errand(commands: 1..<5, slot: Slot(of: "a").number),
        Errand(commands: 5..<6, slot: Slot(of: "b").number), Errand(commands: 6..<8, slot: Slot(of: "c").number),
      ])
  }

  @Test("gets its commands byte by byte as they were, however many arguments were counted at the end")
  func parts() {
    var all = Commands()
    var expected = Commands()
    for number in 0..<40 {
      var one = Commands()
      one.open()
      one.argument("SET")
      for argument in 0..<number { one.argument(argument) }
      one.close()
      all.append(contentsOf: one)
      if number % 3 == 0 { expected.append(contentsOf: one) }
    }
    var picked = Commands()
    for number in stride(from: 0, to: 40, by: 3) { picked.append(number..<number + 1, of: all) }
    #expect(picked.count == expected.count)
    #expect(picked.span.withUnsafeBufferPointer { Array($0) } == expected.span.withUnsafeBufferPointer { Array($0) })
  }
}
