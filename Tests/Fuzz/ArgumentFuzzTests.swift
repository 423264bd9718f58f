import ArgumentParser
import EventStreams
import Testing

@testable import RidesCLI

/// What is typed after `rides`: parsed and checked, and not run.
@Suite("Mutated arguments") struct ArgumentFuzzTests {
  /// Commands, with words and numbers that are changed.
  private static let commands = [
    "publish --simulate 2000 --rate 100 --seed 7 --at 2026-04-03T10:30:00Z --shards 8 --retry-for 30s --cities Paris",
    "up --batch 500 --window 4000 --lease-time 10s --drain-timeout 5s --retain-for 12h --retain-entries 100 --shards 8",
    "worker payment --from 2026-04-03T10:30:00Z --gateway-latency 5ms --gateway-failures 10 --name w-1 --limit-rate 100/s",
    "worker driver --from 1700000000000-0 --log-level debug --limit-rate-per-key 5/m --limit-concurrency 8",
    "pending payment --min-idle 30s --limit 10",
    "wait --timeout 60s --service driver",
    "trim --older-than 7d --keep 100 --dry-run", "trace r-1", "rate r-1 --stars 5 --comment fine",
    "account show driver d-1 --at 2026-04-03 --limit 5",
    "account deposit rider u-1 12.50 --city Paris --currency EUR --movement m-1",
    "statement driver d-1 --month 2019-03",
    "adjust r-1 --fare 12.50 --reason late --wait 5s", "refund r-1 --amount 1.00 --reason late",
    "analytics days --city Paris --from 2026-04-01 --to 2026-05-01 --limit 20 --commission-basis-points 2000",
    "surge --limit 5",
    "replay --ride r-1 --limit 10 --from 2026-04-01",
    "bench --only latency --rate 2000 --seconds 30 --events 500 --payload-size 300 --batch 500",
    "restore --from-archive a.sqlite --log-from 2026-04-01 --shards 8", "receipts --limit 3", "groups", "status",
    "dead list payment",
  ].map { $0.split(separator: " ").map(String.init) }

  @Test("are refused with a text, or are settings with which everything can be reckoned")
  func arguments() async {
    let seeds = Self.commands.flatMap { $0 }.map { Array($0.utf8) }
    var run = FuzzRun("arguments")
    var number = 0
    await run.run(2, of: seeds) { (word: [UInt8]) async throws -> Bool in
      number += 1
      var arguments = Self.commands[number % Self.commands.count]
      // A value's place, mostly: not the command's own name.
      arguments[number / Self.commands.count % arguments.count] = String(decoding: word, as: UTF8.self)
      guard let command = try? Rides.parseAsRoot(arguments) else { return false }
      if let up = command as? UpCommand { try up.worker.settings().check() }
      if let worker = command as? WorkerCommand { try worker.worker.settings().check() }
      return true
    }
  }

  @Test("are no duration, month or moment, or one")
  func words() async {
    var run = FuzzRun("words")
    let seeds = [
      "500ms", "30s", "1.5h", "7d", "2019-03", "2026-03-15", "2026-03-15T10:30:00Z", "now", "1700000000000-3",
    ].map { Array($0.utf8) }
    await run.run(2, of: seeds) { (input: [UInt8]) async throws -> Bool in
      let text = String(decoding: input, as: UTF8.self)
      var isSome = false
      if let duration = DurationArgument(argument: text)?.duration {
        let now = ContinuousClock.now
        #expect(duration >= .zero && !duration.short.isEmpty && now + duration >= now)
        isSome = true
      }
      if let month = MonthArgument(argument: text) {
        #expect(month.start < month.end && MonthArgument(argument: month.text)?.start == month.start)
        isSome = true
      }
      if let time = TimeArgument(argument: text)?.time {
        #expect(TimeArgument(argument: time.description)?.time == time)
        isSome = true
      }
      return isSome || StartArgument(argument: text) != nil
    }
  }

  @Test(
    "beyond the bounds are refused at once, with the option and its bounds",
    arguments: [
      ("publish --simulate 10 --rate 1e300", "--rate must be between 0.001 and 1000000.0"),
      ("publish --simulate 10 --rate 1e-300", "--rate must be between"),
      ("publish --shards 0", "--shards must be between 1 and 1024"),
      ("publish --simulate 9223372036854775807", "--simulate must be between"),
      ("publish --simulate 10 --at 9999-12-31", "--at must be between 2000-01-01T00:00:00Z and 2100-01-01T00:00:00Z"),
      ("publish --simulate 10 --at 0000-01-01", "--at must be between"),
      ("publish --simulate 10 --at now", "a time is written as"), ("publish --at 2026-04-03", "go with --simulate"),
      ("up --window 9223372036854775807", "--window must be between 1 and 1000000"),
      ("worker payment --limit-rate 0/s", "'0/s' is invalid"),
      ("up --batch 20000", "--batch must be between 1 and 10000"),
      ("up --lease-time 36500d", "--lease-time must be between 100ms and"),
      ("up --retain-entries=-1", "--retain-entries must be between"),
      ("trim --keep 9223372036854775807", "--keep must be between"),
      ("pending --limit 0", "--limit must be between 1 and"),
      ("bench --rate 1e-300 --seconds 1e300", "--rate must be between"), ("wait --timeout 1e300", "'1e300' is invalid"),
      ("wait --timeout 0x10", "'0x10' is invalid"), ("statement driver d --month +019-03", "2019-03"),
    ])
  func beyond(_ line: String, _ problem: String) {
    let error = #expect(throws: (any Error).self) { try Rides.parseAsRoot(line.split(separator: " ").map(String.init)) }
    let text = error.map { Rides.message(for: $0) } ?? ""
    #expect(text.contains(problem), "\(text)")
  }
}
