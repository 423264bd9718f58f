import HiredisClient
import Testing

@Suite struct CommandsTests {
  @Test func encodesEveryKindOfArgument() {
    var commands = Commands()
    commands.begin(argumentCount: 7)
    commands.argument("SET" as StaticString)
    commands.argument("kéy")
    commands.argument(0)
    commands.argument(Int64.min)
    commands.argument(Int.max)
    commands.argument([0, 13, 10, 255] as [UInt8])
    commands.argument("")
    #expect(commands.count == 1)
    let expected =
      Array("*7\r\n$3\r\nSET\r\n$4\r\nkéy\r\n$1\r\n0\r\n$20\r\n-9223372036854775808\r\n".utf8)
      + Array("$19\r\n9223372036854775807\r\n$4\r\n".utf8) + [0, 13, 10, 255] + Array("\r\n$0\r\n\r\n".utf8)
    #expect(commands.array == expected)
    #expect(commands.byteCount == expected.count)
  }

  @Test(arguments: [1, 2, 9, 10, 11, 99, 100, 101, 1000, 12345])
  func countsTheArgumentsOfAnOpenCommand(_ count: Int) {
    var known = Commands()
    var counted = Commands()
    // Twice and smaller again, so that the guessed width of the header is right, too small and too large.
    for count in [count, count, 1] {
      known.begin(argumentCount: count)
      counted.open()
      for number in 0..<count {
        known.argument(number)
        counted.argument(number)
      }
      counted.close()
    }
    #expect(counted.array == known.array)
    #expect(counted.count == 3)
  }

  @Test func isReusable() {
    var commands = Commands()
    commands.append("PING")
    commands.append(["ECHO", "x"])
    #expect(commands.count == 2)
    commands.removeAll(keepingCapacity: true)
    #expect(commands.isEmpty && commands.byteCount == 0)
    commands.append("PING")
    #expect(commands.string == "*1\r\n$4\r\nPING\r\n")
  }

  @Test func joins() {
    var commands = Commands()
    commands.append(contentsOf: Commands())
    commands.append("PING")
    var others = Commands()
    for number in 0..<100 { others.append("ECHO", String(number)) }
    commands.append(contentsOf: others)
    #expect(commands.count == 101)
    #expect(commands.string == "*1\r\n$4\r\nPING\r\n" + others.string)
  }

  @Test func unicodeScalarStaticStrings() {
    var commands = Commands()
    commands.begin(argumentCount: 1)
    commands.argument(StaticString(unicodeScalarLiteral: "é"))
    #expect(commands.string == "*1\r\n$2\r\né\r\n")
  }

  @Test func anUnfinishedCommandIsNotSent() async {
    await #expect(processExitsWith: .failure) {
      var commands = Commands()
      commands.begin(argumentCount: 2)
      commands.argument("ECHO")
      try await Connection(.standard).write(commands)
    }
  }
}

extension Commands {
  fileprivate var array: [UInt8] { span.withUnsafeBufferPointer { Array($0) } }
  fileprivate var string: String { String(decoding: array, as: UTF8.self) }
}
