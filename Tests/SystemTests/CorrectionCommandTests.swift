import EventStreams
import Foundation
import RedisTestSupport
import RideHailing
import Testing

@Suite("Corrections, as users make them") struct CorrectionCommandTests {
  @Test("say what is wrong, happen once however often they are asked for, and reach rides that only the archive knows")
  func corrections() async throws {
    try await SystemBench.run { bench in
      let workers = try ["payment", "driver", "analytics"].map { try bench.worker($0) }
      defer { workers.forEach { $0.crash() } }
      #expect(try await bench.rides("publish", "--simulate", "40", "--seed", "3").status == 0)
      func wait() async throws {
        let waited = try await bench.rides(
          "wait", "--timeout", "60s", "--service", "payment", "--service", "driver", "--service", "analytics")
        #expect(waited.status == 0, "\(waited.errors)")
      }
      try await wait()
      let ride = try #require(
        RideSimulator(seed: 3).prefix(40).first { $0.completed.event.payment.method == .card }?.completed.event)
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      func refused(_ arguments: String..., status: Int32, because text: String) async throws {
        let result = try await RidesProcess.run(all: arguments, redis: bench.url)
        #expect(result.status == status, "\(arguments)")
        #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
      }
      let total = ride.fare.amount
      let refund = ["refund", ride.rideID, "--reason", "late"]
      try await refused(
        "refund", "nothing", "--reason", "late", status: 1, because: "neither in the log nor in the archive")
      try await refused("refund", ride.rideID, "--reason", " ", status: 64, because: "--reason is empty")
      try await refused(
        "refund", ride.rideID, "--reason", "late", "--amount", "0", status: 64, because: "must be more than 0")
      try await refused(
        "refund", ride.rideID, "--reason", "late", "--amount", "-1", status: 64, because: "--option=-5")
      try await refused(
        "refund", ride.rideID, "--reason", "late", "--amount", "90000000", status: 1,
        because: "more than what is left of the fare of ride '\(ride.rideID)': \(total)")

      func run(_ more: String...) async throws -> String {
        let result = try await RidesProcess.run(all: refund + more, redis: bench.url)
        #expect(result.status == 0, "\(more): \(result.errors)")
        return result.output
      }
      let one = Money(total.minorUnits / 4, total.currency)
      let text = "refunded \(one) of ride \(ride.rideID), which cost \(total)"
      #expect(try await run("--amount", one.decimal, "--correction", "c1") == "\(text)\n")
      // Under the same name it is the same refund, whatever the amount.
      #expect(try await run("--amount", total.decimal, "--correction", "c1") == "\(text) (published before)\n")
      try await wait()

      // The log forgets the ride; the archive does not.
      try await bench.forgetAll(but: ["payment", "driver", "analytics"])
      #expect(try await bench.rides("trim", "--keep", "0").status == 0)
      try await refused(
        "refund", ride.rideID, "--reason", "late", status: 1, because: "neither in the log nor in the archive")
      let rest = Money(total.minorUnits - one.minorUnits, total.currency)
      #expect(
        try await run("--archive", archive, "--correction", "c2")
          == "refunded \(rest) of ride \(ride.rideID), which cost \(total)\n")
      #expect(
        try await run("--archive", archive, "--correction", "c2")
          == "refunded \(rest) of ride \(ride.rideID), which cost \(total) (published before)\n")
      try await refused(
        "refund", ride.rideID, "--reason", "late", "--archive", archive, status: 1, because: "nothing left to refund")
      try await refused(
        "adjust", ride.rideID, "--fare", total.decimal, "--reason", "again", "--archive", archive, status: 1,
        because: "already")
    }
  }

  @Test("times, months, unknown rides and other places' accounts are named for what they are")
  func badInput() async throws {
    try await SystemBench.run { bench in
      let workers = try ["payment", "driver", "analytics"].map { try bench.worker($0) }
      defer { workers.forEach { $0.crash() } }
      #expect(try await bench.rides("publish", "--simulate", "10", "--seed", "3").status == 0)
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      let driver = try #require(Array(RideSimulator(seed: 3).prefix(1)).first?.completed.event.driverID)
      #expect(
        try await bench.rides(
          "wait", "--timeout", "60s", "--service", "payment", "--service", "driver", "--service", "analytics"
        ).status == 0)
      func refused(_ arguments: String..., status: Int32, because text: String) async throws {
        let result = try await RidesProcess.run(all: arguments, redis: bench.url)
        #expect(result.status == status, "\(arguments)")
        #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
      }
      try await refused("account", "driver", driver, "--at", "tomorrow", status: 64, because: "2026-03-15T10:30:00Z")
      try await refused("trial-balance", "--at", "2026-02-30", status: 64, because: "2026-03-15T10:30:00Z")
      try await refused("statement", "driver", driver, "--month", "2019-13", status: 64, because: "written as 2019-03")
      try await refused(
        "statement", "driver", driver, "--month", "2019-03", status: 1, because: "no entry by the end of 2019-03")
      try await refused("replay", "--archive", archive, "--ride", "nothing", status: 1, because: "of ride 'nothing'")
      try await refused(
        "replay", "--archive", archive, "--from", "2026-12-01", "--to", "2026-11-01", status: 64,
        because: "--to is before --from")
      try await refused(
        "rebuild", "driver", "--from-archive", "/nowhere", status: 64, because: "no archive at /nowhere")
      try await refused("rebuild", "analytics", "--archive", "/nowhere", status: 64, because: "no archive at /nowhere")
      try await refused("restore", "--from-archive", "/nowhere", status: 64, because: "no archive at /nowhere")
      let city = ["--city", "Paris", "--currency", "EUR"]
      #expect(
        try await RidesProcess.run(all: ["account", "deposit", "rider", "r", "9"] + city, redis: bench.url).status == 0)
      try await refused(
        "account", "withdraw", "rider", "r", "5", "--city", "London", "--currency", "EUR", status: 1,
        because: "rider:r in London is below")
      try await refused(
        "account", "withdraw", "rider", "r", "-5", "--city", "Paris", "--currency", "EUR", status: 64,
        because: "after --")
    }
  }
}
