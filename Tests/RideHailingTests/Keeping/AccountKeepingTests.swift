import EventStreams
import EventStreamsOperations
import HiredisClient
import Testing

@testable import RideHailing

@Suite("Entries of accounts that are past their time") struct AccountKeepingTests {
  private let keeping = Keeping(accounts: .seconds(5 * 86_400))

  /// Everything that people ask about accounts, as text.
  private func answers(_ days: SimulatedDays, through last: Int, archive: ClosedJournals?) async throws -> [String] {
    let state = days.bench.state
    var answers: [String] = []
    func add(_ question: String, _ answer: some JSONWritable) {
      answers.append("\(question): \(String(decoding: JSONWriter.bytes(of: answer), as: UTF8.self))")
    }
    let accounts =
      [.clearing, .bank]
      + ["driver-1"].flatMap { [Account.driver($0), .cash(driver: $0)] }
      + ["rider-1"].flatMap { [Account.rider($0), .receivable($0)] }
    let moments = stride(from: 0, through: last, by: 6).map { days.start(of: $0) + .seconds(3010) } + [.latest]
    for account in accounts {
      for moment in moments {
        add(
          "\(account) at \(moment)",
          try await AccountStatement.read(account, from: state, .init(before: moment), archive: archive))
      }
      add(
        "\(account) as known",
        try await AccountStatement.read(
          account, from: state, .init(recordedBy: days.start(of: last / 2) + .seconds(3600)), limit: 9, archive: archive
        ))
    }
    for moment in moments {
      let trial = try await TrialBalance.read(from: state, at: moment, archive: archive)
      #expect(trial.isBalanced)
      add("all at \(moment)", trial.rows)
    }
    for (from, to) in [(0, 3), (last - 3, last), (2, last + 1)] {
      let month = try await AccountStatement.read(
        .driver("driver-3"), from: state, .init(from: days.start(of: from), before: days.start(of: to)),
        archive: archive)
      let statements = DriverStatement.statements(month)
      #expect(!statements.isEmpty && statements.allSatisfy(\.addsUp))
      add("month from \(from)", statements)
    }
    return answers
  }

  private func isOfAccounts(_ name: String) -> Bool {
    name.hasPrefix("journals") || name.hasPrefix("closed:") || name == "balances"
  }

  @Test(
    "leave the state once the archive has them; balances now and then, statements, audit and rebuild are the same as before"
  )
  func sameAsWithout() async throws {
    let last = 17
    try await RideBench.run { bench in
      let days = SimulatedDays(bench)
      try await bench.running(RideServices.standard.names) {
        for day in 0...last { try await days.pass(day) }
        let expected = try await answers(days, through: last, archive: nil)
        let whole = try await bench.audit(archive: true)
        let before = try await days.memory(["payment", "driver"], where: isOfAccounts)
        #expect(try await days.close(keeping).allSatisfy { $0.heldBy == nil })
        #expect(try await days.memory(["payment", "driver"], where: isOfAccounts) < before / 2)
        let found = try await answers(days, through: last, archive: try days.closed)
        #expect(found.count == expected.count)
        for (found, expected) in zip(found, expected) { #expect(found == expected) }
        let report = try await bench.audit(archive: true)
        #expect(report.violations.isEmpty, "\(report.violations.prefix(5))")
        #expect(report.journals == whole.journals && report.accounts == whole.accounts && report.rides == whole.rides)
      }
      // What is asked of the kept days alone needs no archive; what is not, says so.
      let recent = AccountHistory.Selection(from: days.start(of: last - 3))
      #expect(try await AccountStatement.read(.driver("driver-1"), from: bench.state, recent).count > 0)
      await #expect(throws: ClosedJournals.Needed.self) {
        try await AccountStatement.read(
          .driver("driver-1"), from: bench.state, .init(before: days.start(of: 3)))
      }
      for service in ["payment", "driver"] {
        for readsLog in [true, false] {
          let rebuilt = try await Rebuild(
            namespace: bench.namespace, connection: bench.connection, archive: days.archive, readsLog: readsLog
          ).run(service, applies: !readsLog)
          #expect(rebuilt.isIdentical, "\(rebuilt.shards.flatMap(\.comparison.differences).prefix(5))")
          #expect(rebuilt.isComplete)
        }
      }
      #expect(try await bench.audit(archive: true).violations.isEmpty)
    }
  }

  @Test("three times as many as are kept take no more memory than those")
  func flat() async throws {
    try await RideBench.run { bench in
      let days = SimulatedDays(bench)
      var sizes: [Int] = []
      try await bench.running(RideServices.standard.names) {
        for day in 0...18 {
          try await days.pass(day)
          #expect(try await days.close(keeping).allSatisfy { $0.heldBy == nil })
          sizes.append(try await days.memory(["payment", "driver"], where: isOfAccounts))
        }
      }
      // What is kept, and the day that goes on.
      #expect(sizes[7...].allSatisfy { abs($0 - sizes[7]) * 20 <= sizes[7] }, "\(sizes)")
      #expect(try await bench.audit(archive: true).violations.isEmpty)
    }
  }

  @Test("answer as before when a part of a day has left, and the rest has not")
  func halfWay() async throws {
    try await RideBench.run { bench in
      let days = SimulatedDays(bench)
      try await bench.running(RideServices.standard.names) {
        for day in 0...6 { try await days.pass(day) }
        let expected = try await answers(days, through: 6, archive: nil)
        let publisher = Publisher(namespace: bench.namespace, connection: bench.connection)
        for parts in [0..<7, 7..<16] {
          for shard in bench.namespace.shards {
            let place = bench.namespace.place(of: shard)
            _ = try await publisher.publish(
              parts.map {
                EncodedEvent(RecordsRemoved(.accounts, before: days.first + 3, part: $0, of: 16, place: place))
              })
          }
          try await bench.settled(RideServices.standard.names)
          #expect(try await answers(days, through: 6, archive: try days.closed) == expected)
          #expect(try await bench.audit(archive: true).violations.isEmpty)
          for service in ["payment", "driver"] {
            let rebuilt = try await Rebuild(
              namespace: bench.namespace, connection: bench.connection, archive: days.archive
            ).run(service, applies: false)
            #expect(rebuilt.isIdentical, "\(rebuilt.shards.flatMap(\.comparison.differences).prefix(5))")
          }
        }
      }
    }
  }

  @Test("stay while a service has not settled the day, or the archive is not known to have it")
  func held() async throws {
    try await RideBench.run { bench in
      let days = SimulatedDays(bench, ridesPerDay: 12)
      let others = RideServices.standard.names.filter { $0 != "analytics" }
      for day in 0...6 {
        try await days.begin(day)
        for part in days.events(day) { _ = try await bench.publish(part) }
      }
      #expect(try await days.close(keeping).isEmpty)
      try await bench.running(others) { try await bench.settled(others) }
      #expect(Set(names: try await days.close(keeping).compactMap(\.heldBy)) == ["analytics"])
      try await bench.running(["analytics"]) { try await bench.settled(["analytics"]) }
      let shard = bench.namespace.shard(of: "Paris")
      let stored = "rides:{\(shard)}:stored:analytics"
      _ = try await bench.connection.call("HSET", stored, "problem", "it is cut short")
      let closing = DayClosing(namespace: bench.namespace, connection: bench.connection, keeping: keeping)
      let results = try await closing.run()
      #expect(results.first { $0.shard == shard }?.heldBy == "analytics: it is cut short")
    }
  }

  @Test("that are not as they must be when they have left are found, and so is what is kept of them")
  func planted() async throws {
    try await RideBench.run(arguments: ["--enable-debug-command", "yes"]) { bench in
      let days = SimulatedDays(bench, ridesPerDay: 12)
      var journal = ""
      let shard = bench.namespace.shard(of: "Paris")
      func key(_ service: String, _ name: String) -> String { bench.namespace.state(shard, service, name) }
      var stream = ""
      try await bench.running(RideServices.standard.names) {
        for day in 0...6 {
          try await days.pass(day)
          if day == 0 {
            let ledger = try await ShardLedger("driver", shard: shard, from: bench.state)
            try await ledger.forEachJournal(in: ledger.buckets.keys) {
              stream = $0
              journal = String(decoding: JSONWriter.bytes(of: $2), as: UTF8.self)
            }
          }
          try await days.close(keeping)
        }
      }
      #expect(try await bench.audit(archive: true).violations.isEmpty)
      #expect(try await bench.audit(archive: false).violations.isEmpty)
      _ = try await bench.connection.call("SAVE")
      func kinds(_ command: String..., also second: [String] = []) async throws -> Set<Violation.Kind> {
        _ = try await bench.connection.call(command)
        if !second.isEmpty { _ = try await bench.connection.call(second) }
        let report = try await bench.audit(archive: true)
        _ = try await bench.connection.call("DEBUG", "RELOAD", "NOSAVE")
        return Set(report.violations.map(\.kind))
      }
      let platform = "platform|USD"
      #expect(try await kinds("HINCRBY", key("driver", "closed:sums"), platform, "1") == [.closedEntries, .balance])
      #expect(try await kinds("HINCRBY", key("driver", "closed:counts"), platform, "1") == [.closedEntries])
      #expect(try await kinds("DEL", key("driver", "closed:sums")).contains(.closedEntries))
      let bucket = try #require(JournalBucket.place(ofStream: stream)).bucket.name
      #expect(
        try await kinds(
          "XADD", key("driver", stream), "*", "record", journal,
          also: ["HINCRBY", key("driver", "journals"), bucket, "1"]) == [.misplacedJournal, .unknownRecord])
      #expect(try await kinds("DEL", key("driver", "closed")).contains(.missingRecord))
      let marker = try await kinds("HINCRBY", key("driver", "closed"), "3", "1")
      #expect(marker.contains(.alteredRecord))
      #expect(try await kinds("HINCRBY", key("driver", "balances"), platform, "1") == [.balance])
      #expect(try await bench.audit(archive: true).violations.isEmpty)
    }
  }
}
