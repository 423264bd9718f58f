import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

/// A server with an append-only file, a folder, and what tests look at.
struct SystemBench: Sendable {
  let server: RedisServer
  let folder: URL
  let connection: Connection

  static func run(
    arguments: [String] = ["--appendonly", "yes"], _ body: (SystemBench) async throws -> Void
  ) async throws {
    try await withRedis(arguments: arguments) { server in
      let folder = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      try await body(SystemBench(server: server, folder: folder, connection: Connection(server.url)))
    }
  }

  var url: String { server.url.description }

  /// Starts a worker in a process of its own.
  func worker(_ service: String, _ more: String...) throws -> RidesProcess {
    try RidesProcess(
      [
        "worker", service, "--create", "--lease-time", "1s", "--archive",
        folder.appending(path: "archive.sqlite").path(),
        "--outbox",
        folder.appending(path: "outbox").path(),
      ] + more, redis: url, isQuiet: true)
  }

  /// The first events of a seed, the same ones each time.
  func simulate(_ rides: Int, seed: UInt64 = 1, _ more: String...) async throws -> TestProgram.Run {
    try await RidesProcess.simulate(rides, seed: seed, more, redis: url)
  }

  func rides(_ arguments: String...) async throws -> TestProgram.Run { try await rides(arguments) }

  func rides(_ arguments: [String]) async throws -> TestProgram.Run {
    try await RidesProcess.run(all: arguments, redis: url)
  }

  /// Lets the log keep nothing for services that the test does not run.
  func forgetAll(but services: [String]) async throws {
    let groups = Groups(namespace: try await namespace(), connection: connection)
    for service in RideServices.standard.names where !services.contains(service) {
      _ = try await groups.remove(service)
    }
  }

  func namespace() async throws -> Namespace { try #require(try await Namespace.find("rides", on: connection)) }

  func status(_ service: String) async throws -> [GroupStatus] {
    guard let namespace = try await Namespace.find("rides", on: connection) else { return [] }
    return try await Inspector(namespace: namespace, connection: connection).status().filter { $0.service == service }
  }

  /// How many events a service has had acknowledged so far.
  func handled(_ service: String) async throws -> Int {
    guard let namespace = try await Namespace.find("rides", on: connection) else { return 0 }
    let status = try await Inspector(namespace: namespace, connection: connection).overview()
    let groups = status.groups.filter { $0.service == service }
    guard groups.count == namespace.shardCount else { return 0 }
    var length = 0
    for shard in status.shards {
      let topics = groups.first { $0.shard == shard.shard }?.delivered ?? [:]
      length += shard.topics.reduce(0) { topics[$1.topic] == nil ? $0 : $0 + $1.length }
    }
    return length - groups.reduce(0) { $0 + $1.lag + $1.pending }
  }

  /// Checks that every ride of a seed has had each of its effects exactly once, and that the accounts add up.
  func expectEachRideOnce(seed: UInt64, count: Int) async throws {
    let namespace = try await namespace()
    let state = ServiceState(namespace: namespace, connection: connection)
    var fares: [String: Int] = [:]
    var expected: Set<String> = []
    for ride in RideSimulator(seed: seed).prefix(count) {
      fares[ride.completed.event.fare.currency.code, default: 0] += ride.completed.event.fare.total
      expected.insert(ride.completed.event.rideID)
    }
    // One charge and one earning each: clearing has each ride once with either sign.
    let clearing = try await AccountStatement.read(.clearing, from: state)
    let charges = clearing.lines.filter { $0.entry.amount.minorUnits > 0 }.map(\.entry.rideID)
    let earnings = clearing.lines.filter { $0.entry.amount.minorUnits < 0 }.map(\.entry.rideID)
    #expect(charges.count == count)
    #expect(earnings.count == count)
    #expect(Set(charges) == expected)
    #expect(Set(earnings) == expected)
    #expect(clearing.balances.allSatisfy { $0.minorUnits == 0 })
    var paid: [String: Int] = [:]
    for found in try await state.hash("payment", "balances") where found.value.field.hasPrefix("clearing|") {
      paid[String(found.value.field.dropFirst(9)), default: 0] += Int(found.value.value) ?? 0
    }
    #expect(paid == fares)

    let payments = Set(try await state.hash("payment", "payments").map(\.value.field))
    let windows = Set(try await state.hash("rating", "windows").map(\.value.field))
    let receipts = Set(try await state.hash("notification", "receipts").map(\.value.field))
    #expect(payments == expected)
    #expect(windows == expected)
    #expect(receipts == expected)
    // Each service that publishes has published once per ride.
    let archived = try await Archive(path: folder.appending(path: "archive.sqlite").path(), of: .rides).counts()
    #expect(archived["RIDE_COMPLETED"] == count)
    #expect(archived["RATING_REQUESTED"] == count)
    let outcomes = archived["PAYMENT_CAPTURED", default: 0] + archived["PAYMENT_FAILED", default: 0]
    // What was owed may have been collected with a later ride.
    #expect((count...count + archived["ARREARS_DUE", default: 0]).contains(outcomes))
  }
}
