import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@testable import RidesCLI

@Suite("A server's append-only file") struct AppendOnlyFileTests {
  private func scan(_ text: String) -> CommandScan.End {
    Array(text.utf8).withUnsafeBytes { bytes in
      var scan = CommandScan(bytes)
      return scan.run()
    }
  }

  private static func command(_ words: String...) -> String {
    "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
  }

  private static let set = command("SET", "key", "a value")
  private static let transaction =
    command("MULTI") + set + command("XADD", "log", "1-1", "event", "{}") + command("EXEC")
  private static let whole = "#TS:1\r\n" + command("SELECT", "0") + set + transaction + set

  @Test("is whole when nothing was being written")
  func complete() {
    #expect(scan("") == .complete)
    #expect(scan(Self.whole + Self.transaction) == .complete)
  }

  @Test("cut off anywhere is incomplete from the command on, or from the beginning of the transaction")
  func cutAnywhere() {
    let start = Self.whole.utf8.count
    for last in [Self.set, Self.transaction] {
      for length in 1..<last.utf8.count {
        let text = Self.whole + String(decoding: Array(last.utf8)[..<length], as: UTF8.self)
        #expect(scan(text) == .incomplete(from: start), "\(length) of \(last.utf8.count) bytes")
      }
    }
  }

  @Test("with a damaged byte anywhere but in a value is never taken for one whose end is incomplete")
  func damagedAnywhere() {
    let text = Array((Self.whole + Self.transaction + Self.transaction).utf8)
    // What follows is far longer than any length of one digit more.
    for place in 0..<text.count - Self.transaction.utf8.count {
      for damage in [UInt8(ascii: "9"), UInt8(ascii: "x"), UInt8(ascii: "\r"), 0] where damage != text[place] {
        var damaged = text
        damaged[place] = damage
        let end = damaged.withUnsafeBytes { bytes in
          var scan = CommandScan(bytes)
          return scan.run()
        }
        if case .incomplete(let from) = end { Issue.record("byte \(place) as \(damage): cut from \(from)") }
      }
    }
  }

  @Test("with a length that reaches beyond the end is damaged, and not incomplete, as long as a command follows")
  func lengthBeyondEnd() {
    let text = Array((Self.whole + Self.transaction).utf8)
    for place in 0..<Self.whole.utf8.count where text[place] == UInt8(ascii: "$") {
      var damaged = text
      damaged.insert(contentsOf: "99".utf8, at: place + 1)
      let end = scan(String(decoding: damaged, as: UTF8.self))
      if case .incomplete(let from) = end { Issue.record("the length at byte \(place): cut from \(from)") }
    }
  }

  @Test("with a damaged byte in the middle is not touched, and no server is started on it")
  func damaged() async throws {
    try await LocalBench.run { bench in
      #expect(try await bench.start().status == 0)
      let published = try await RidesProcess.run("publish", "--simulate", "50", redis: bench.server.url.description)
      #expect(published.status == 0)
      #expect(try await bench.rides("local-redis", "stop", ".rides/redis").status == 0)
      var file = try Data(contentsOf: bench.appendOnlyFile)
      let commands = file.ranges(of: Data("\r\n*".utf8))
      file[commands[commands.count / 2].upperBound - 1] ^= 1
      try file.write(to: bench.appendOnlyFile)
      for arguments in [["up"], ["local-redis", "start", ".rides/redis"]] {
        let started = try await RidesProcess.run(all: arguments, redis: "", folder: bench.folder)
        #expect(started.status == 69)
        #expect(started.errors.contains("is damaged at byte \(commands[commands.count / 2].upperBound - 1)"))
        #expect(started.errors.contains("Nothing was changed"))
        #expect(try Data(contentsOf: bench.appendOnlyFile) == file)
        #expect(bench.copies.isEmpty)
        #expect(bench.isFree)
      }
    }
  }

  @Test("that ends in the middle of a transaction loses that one, which is said, keeps all the others, and a copy")
  func cut() async throws {
    try await LocalBench.run { bench in
      #expect(try await bench.start().status == 0)
      func publish(_ count: Int) async throws -> TestProgram.Run {
        try await RidesProcess.simulate(count, seed: 1, ["--format", "json"], redis: bench.server.url.description)
      }
      let first = try await publish(20)
      #expect(first.status == 0)
      kill(try #require(bench.serverPID), SIGKILL)
      try await eventually("the server has ended") { bench.isFree }
      var file = try Data(contentsOf: bench.appendOnlyFile)
      let transaction = try #require(file.ranges(of: Data("*1\r\n$5\r\nMULTI\r\n".utf8)).last?.lowerBound)
      file = file[..<(transaction + (file.count - transaction) / 2)]
      try file.write(to: bench.appendOnlyFile)

      let started = try await bench.start()
      #expect(started.status == 0)
      #expect(started.errors.contains("cut the last \(file.count - transaction) bytes off"))
      #expect(started.errors.split(separator: "\n").count == 1)
      #expect(try bench.copies.map { try Data(contentsOf: $0) } == [file])
      // What was in the transaction is published once more, and everything else is there.
      let again = try await publish(20)
      #expect(again.status == 0)
      var entries = 0
      for log in try await bench.connection.strings(["KEYS", "rides:{*}:log:*"]) {
        entries += try await bench.connection.integer(["XLEN", log])
      }
      let lost = try #require(Self.published(again)), all = try #require(Self.published(first))
      #expect(lost > 0 && lost < all)
      #expect(entries == all)
      #expect(try await bench.rides("local-redis", "stop", ".rides/redis").status == 0)
      // The next start has nothing to cut.
      #expect(try await bench.start().errors.isEmpty)
      #expect(bench.copies.count == 1)
      #expect(try await bench.rides("local-redis", "stop", ".rides/redis").status == 0)
    }
  }

  private static func published(_ result: TestProgram.Run) -> Int? {
    result.output.split(separator: "\"published\":").last.flatMap { Int($0.prefix(while: \.isNumber)) }
  }

  @Test("is left alone while a server answers with an error, and no second one is started")
  func busy() async throws {
    try await LocalBench.run { bench in
      #expect(try await bench.start("--busy-reply-threshold", "20").status == 0)
      let pid = bench.serverPID
      // While the script runs nobody else can log in.
      let controlling = bench.connection
      _ = try await controlling.call("PING")
      let script = Task { _ = try? await bench.connection.call("EVAL", "while true do end", "0") }
      try await eventually("the script runs for too long") {
        if case .busy = await ServerAnswer.ask(bench.server.url) { true } else { false }
      }
      let file = try Data(contentsOf: bench.appendOnlyFile)
      let log = bench.folder.appending(path: "log")
      let start = try RidesProcess(["local-redis", "start", ".rides/redis"], redis: "", log: log, folder: bench.folder)
      #expect(try await bench.rides("local-redis", "stop", ".rides/redis").status == 69)
      #expect(start.isRunning)
      #expect(try Data(contentsOf: bench.appendOnlyFile) == file)
      _ = try await controlling.call("SCRIPT", "KILL")
      await script.value
      #expect(try await start.stopWhenDone() == 0)
      #expect(bench.serverPID == pid)

      // One that asks for a password is not ours to stop either.
      _ = try await bench.connection.call("CONFIG", "SET", "requirepass", "secret")
      for arguments in [["up"], ["local-redis", "start", ".rides/redis"]] {
        let refused = try await RidesProcess.run(all: arguments, redis: "", folder: bench.folder)
        #expect(refused.status == 69)
        #expect(refused.errors.contains("a server runs at \(bench.server.url) already, and it was left alone"))
        #expect(refused.errors.contains("NOAUTH"))
      }
      #expect(bench.serverPID == pid)
    }
  }
}
