import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("When processes die", .serialized) struct CrashTests {
  @Test("every ride has every effect exactly once, though each worker is killed in the middle")
  func killEachWorker() async throws {
    try await SystemBench.run { bench in
      let count = 900
      var workers: [String: RidesProcess] = [:]
      for service in RideServices.standard.names {
        workers[service] = try bench.worker(service, "--batch", "20", "--window", "60")
      }
      defer { workers.values.forEach { $0.crash() } }
      let publisher = try RidesProcess(
        ["publish", "--simulate", "\(count)", "--seed", "5", "--rate", "250"], redis: bench.url, isQuiet: true)
      defer { publisher.stop() }
      for (index, service) in RideServices.standard.names.enumerated() {
        try await eventually("\(service) is in the middle") { try await bench.handled(service) > 100 + index * 300 }
        workers[service]?.crash()
        workers[service] = try bench.worker(service)
      }
      let published = try await publisher.stopWhenDone()
      #expect(published == 0)
      let waited = try await bench.rides("wait", "--timeout", "60s")
      #expect(waited.status == 0, "\(waited.errors)")
      try await bench.expectEachRideOnce(seed: 5, count: count)
      let dead = try await bench.rides("dead", "list", "--format", "json")
      #expect(dead.output == "[]\n")
    }
  }

  @Test("the other replica owns all shards within the lease time, and finishes what was pending")
  func takeover() async throws {
    try await SystemBench.run { bench in
      let first = try bench.worker("driver", "--name", "first", "--batch", "10", "--window", "20")
      let second = try bench.worker("driver", "--name", "second", "--batch", "10", "--window", "20")
      defer { [first, second].forEach { $0.crash() } }
      try await eventually("the shards are shared") {
        let owners = try await bench.status("driver").compactMap(\.owner)
        return owners.count { $0 == "first" } == 4 && owners.count { $0 == "second" } == 4
      }
      let publisher = try RidesProcess(
        ["publish", "--simulate", "2000", "--seed", "6"], redis: bench.url, isQuiet: true)
      try await eventually("the first is in the middle") { try await bench.handled("driver") > 200 }
      first.crash()
      let died = ContinuousClock.now
      try await eventually("the second owns all", within: .seconds(5)) {
        try await bench.status("driver").count { $0.owner == "second" } == 8
      }
      // Lease time 1 s, and 1 s more.
      #expect(ContinuousClock.now - died < .seconds(2))
      #expect(try await publisher.stopWhenDone() == 0)
      let waited = try await bench.rides("wait", "--service", "driver", "--timeout", "30s")
      #expect(waited.status == 0, "\(waited.errors)")
      let clearing = try await AccountStatement.read(
        .clearing, from: ServiceState(namespace: bench.namespace(), connection: bench.connection))
      #expect(clearing.lines.count == 2000)
      #expect(Set(clearing.lines.map(\.entry.rideID)).count == 2000)
    }
  }

  @Test("a worker that was paused for longer than its lease does nothing twice when it wakes up, and joins again")
  func pausedWorker() async throws {
    try await SystemBench.run { bench in
      let first = try bench.worker("driver", "--name", "first", "--batch", "10", "--window", "20")
      defer { first.crash() }
      let publisher = try RidesProcess(
        ["publish", "--simulate", "2000", "--seed", "7"], redis: bench.url, isQuiet: true)
      try await eventually("the first is in the middle") { try await bench.handled("driver") > 200 }
      first.pause()
      let second = try bench.worker("driver", "--name", "second")
      defer { second.crash() }
      try await eventually("the second owns all") {
        try await bench.status("driver").count { $0.owner == "second" } == 8
      }
      first.resume()
      #expect(try await publisher.stopWhenDone() == 0)
      let waited = try await bench.rides("wait", "--service", "driver", "--timeout", "30s")
      #expect(waited.status == 0, "\(waited.errors)")
      try await eventually("the first joins again") {
        try await bench.status("driver").count { $0.owner == "first" } == 4
      }
      let clearing = try await AccountStatement.read(
        .clearing, from: ServiceState(namespace: bench.namespace(), connection: bench.connection))
      #expect(clearing.lines.count == 2000)
      #expect(Set(clearing.lines.map(\.entry.rideID)).count == 2000)
    }
  }

  @Test("a worker that is asked to stop hands over at once, and exits with 0")
  func handover() async throws {
    try await SystemBench.run { bench in
      let first = try bench.worker("driver", "--name", "first", "--lease-time", "20s")
      try await eventually("the first owns all") { try await bench.status("driver").count { $0.owner == "first" } == 8 }
      let second = try bench.worker("driver", "--name", "second", "--lease-time", "20s")
      defer { second.crash() }
      try await eventually("the shards are shared") {
        try await bench.status("driver").count { $0.owner == "second" } == 4
      }
      #expect(first.stop() == 0)
      let stopped = ContinuousClock.now
      try await eventually("the second owns all", within: .seconds(5)) {
        try await bench.status("driver").count { $0.owner == "second" } == 8
      }
      #expect(ContinuousClock.now - stopped < .seconds(1))
    }
  }
}

@Suite("Publishing") struct PublishingTests {
  @Test("waits for no service")
  func waitsForNobody() async throws {
    try await SystemBench.run { bench in
      // A request and a completion each, and what those who pay from their wallet have paid in before.
      let wallets = RideSimulator(seed: 1).prefix(500).count { $0.deposited != nil }
      let alone = try await bench.simulate(500, "--format", "json")
      #expect(alone.status == 0)
      #expect(alone.output.contains(#""published":\#(1000 + wallets),"duplicates":0,"different":0,"rejected":0"#))
      let again = try await bench.simulate(500, "--format", "json")
      #expect(again.status == 0, "\(again.errors)")
      #expect(again.output.contains(#""published":0,"duplicates":\#(1000 + wallets),"different":0,"rejected":0"#))
      let waited = try await bench.rides("wait", "--timeout", "100ms")
      #expect(waited.status == 75)
      #expect(waited.errors.contains("payment: never started"))
    }
  }

  @Test("refuses bad lines with number, field and reason, and takes the others")
  func badLines() async throws {
    try await SystemBench.run { bench in
      let good =
        #"{"type":"RIDE_RATED","timestamp":"2026-04-03T10:30:00Z","data":{"rideId":"r1","driverId":"d","city":"c","stars":5}}"#
      let input = [
        good, "no json", good.replacing("r1", with: "r2").replacing("5}", with: "6}"), "",
        good.replacing("r1", with: "r3"),
        #"{"type":"RIDE_LOST","timestamp":"2026-04-03T10:30:00Z","data":{}}"#,
      ].joined(separator: "\n")
      let result = try await RidesProcess.run("publish", "-", "--format", "json", redis: bench.url, input: input)
      #expect(result.status == 1)
      #expect(result.output.contains(#""published":2,"duplicates":0,"different":0,"rejected":3"#))
      #expect(result.errors.contains("line 2: not JSON"))
      #expect(result.errors.contains("line 3: data.stars: 6 is not between 1 and 5"))
      #expect(result.errors.contains("line 6: type: \"RIDE_LOST\" is none of "))
    }
  }

  @Test("says where it looked for Redis, and how to get one")
  func noServer() async throws {
    let result = try await RidesProcess.run("status", redis: "redis://127.0.0.1:1")
    #expect(result.status == 69)
    #expect(
      result.errors
        == "rides: cannot reach Redis at redis://127.0.0.1:1: Connection refused; start one with scripts/start-workers or set REDIS_URL\n"
    )
    #expect(result.output.isEmpty)
  }
}
