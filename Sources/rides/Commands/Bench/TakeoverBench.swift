import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import Logging
import RideHailing

/// How long a shard stands still when its worker is killed: until another has committed an event of it.
struct TakeoverBench: Sendable {
  let settings: BenchSettings
  let namespace: Namespace
  let connection: Connection

  /// What came out.
  struct Figures: JSONWritable, Sendable {
    let leaseTime: Duration
    let shards: Int
    /// From the kill until another worker has committed in one of the shards.
    let first: Double
    /// Until it has in all of them.
    let all: Double

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("leaseSeconds", leaseTime.inSeconds)
        $0.field("shards", shards)
        $0.field("firstCommitSeconds", first)
        $0.field("allShardsSeconds", all)
      }
    }
  }

  func run() async throws -> Figures {
    Terminal.progress("takeover: starting two workers")
    let victim = try startWorker()
    defer {
      if victim.isRunning { kill(victim.processIdentifier, SIGKILL) }
    }
    let inspector = Inspector(namespace: namespace, connection: Connection(settings.redis))
    var workerSettings = WorkerSettings()
    workerSettings.leaseTime = settings.leaseTime
    var log = Logger(label: "bench", factory: { _ in LineLogHandler() })
    log.logLevel = .critical
    let heir = Worker(
      DriverService().service, namespace: namespace, redis: settings.redis, settings: workerSettings, log: log)
    return try await withThrowingTaskGroup { group in
      group.addTask { try await heir.run() }
      // Each has its half, and all that is in the log is handled.
      let half = namespace.shardCount / 2
      let groups = try await settle(inspector) { groups in
        groups.count == namespace.shardCount && groups.count { $0.owner == workerSettings.name } == half
          && groups.allSatisfy { $0.owner != nil && $0.isQuiet }
      }
      let orphans = Set(groups.filter { $0.owner != workerSettings.name }.map(\.shard))
      Terminal.progress("takeover: one of two workers is killed")
      let start = ContinuousClock.now
      kill(victim.processIdentifier, SIGKILL)
      _ = try await Publisher(namespace: namespace, connection: connection).publish(events(in: orphans))
      var first: Double?
      _ = try await settle(inspector) { groups in
        let done = groups.count { orphans.contains($0.shard) && $0.isQuiet }
        if done > 0, first == nil { first = (ContinuousClock.now - start).inSeconds }
        return done == orphans.count
      }
      let all = (ContinuousClock.now - start).inSeconds
      victim.waitUntilExit()
      group.cancelAll()
      try await group.waitForAll()
      return Figures(leaseTime: settings.leaseTime, shards: orphans.count, first: first ?? all, all: all)
    }
  }

  /// Waits until the driver service stands as it should; returns how it stands.
  private func settle(
    _ inspector: Inspector, until condition: ([GroupStatus]) -> Bool
  ) async throws -> [GroupStatus] {
    let deadline = ContinuousClock.now + .seconds(30) + settings.leaseTime * 3
    while true {
      let groups = try await inspector.status().filter { $0.service == "driver" }
      if condition(groups) { return groups }
      guard ContinuousClock.now < deadline else { throw Failure.timeout("the workers of takeover did not get ready") }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// A ride in each of the shards: their cities are made up.
  private func events(in shards: Set<Int>) -> [EncodedEvent] {
    guard let ride = RideSimulator(seed: 1).prefix(1).first(where: { _ in true })?.completed.event else { return [] }
    var left = shards
    var events: [EncodedEvent] = []
    var number = 0
    while !left.isEmpty {
      number += 1
      let city = "City \(number)"
      guard left.remove(namespace.shard(of: city)) != nil else { continue }
      var ride = ride
      (ride.rideID, ride.city) = ("takeover-\(number)", city)
      events.append(EncodedEvent(ride))
    }
    return events
  }

  private func startWorker() throws -> Process {
    guard let program = Bundle.main.executableURL else {
      throw Failure.refused("takeover can't find the program to start a worker with")
    }
    let process = Process()
    process.executableURL = program
    process.arguments = [
      "worker", "driver", "--namespace", namespace.name, "--lease-time",
      "\(Int(settings.leaseTime.inSeconds * 1000))ms",
      "--log-level", "critical",
    ]
    // In the environment, where nobody else sees a password.
    process.environment = ProcessInfo.processInfo.environment.merging(
      settings.redisText.map { ["REDIS_URL": $0] } ?? [:]
    ) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    return process
  }
}
