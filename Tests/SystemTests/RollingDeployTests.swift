import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@testable import TestWorker

/// `ROLLING_REPLICAS=3 swift test --filter RollingDeployTests` has six services of three workers each.
@Suite("A deploy, worker by worker", .serialized) struct RollingDeployTests {
  private static let replicas = ProcessInfo.processInfo.environment["ROLLING_REPLICAS"].flatMap { Int($0) } ?? 2
  private static let services = (1...(replicas > 2 ? 6 : 3)).map { "rolled\($0)" }

  /// The workers that run.
  private struct Fleet: ~Copyable {
    let redis: String
    var workers: [(service: String, version: Rolled, process: RidesProcess)] = []
    var kills = 0

    init(redis: String) throws {
      self.redis = redis
      for service in services {
        for _ in 0..<replicas { workers.append((service, .older, try Self.start(service, .older, redis))) }
      }
    }

    deinit { for worker in workers { worker.process.crash() } }

    private static func start(_ service: String, _ version: Rolled, _ redis: String) throws -> RidesProcess {
      try RidesProcess([version.rawValue, service], redis: redis, isQuiet: true, program: "TestWorker")
    }

    /// Has each worker replaced, one after the other, and looks after each; meanwhile some are killed, whichever.
    mutating func roll(to version: Rolled, kills: Int, after each: () async throws -> Void) async throws {
      let killing = (1...kills).map { $0 * workers.count / (kills + 1) }
      for index in workers.indices {
        #expect(workers[index].process.stop() == 0)
        workers[index].version = version
        workers[index].process = try Self.start(workers[index].service, version, redis)
        if killing.contains(index) { try killOne(Int.random(in: workers.indices)) }
        try await Task.sleep(for: .milliseconds(100))
        try await each()
      }
    }

    private mutating func killOne(_ index: Int) throws {
      workers[index].process.crash()
      workers[index].process = try Self.start(workers[index].service, workers[index].version, redis)
      kills += 1
    }
  }

  /// What the producer publishes: first what all know, then what only the newer services read, at last a type that only they know of.
  private enum Stage: Int { case known, newer, added }

  /// Publishes 500 events a second, of 100 accounts in turns, until its stage is taken away.
  private actor Producer {
    static let accounts = 100
    private let publisher: Publisher
    private(set) var count = 0
    private var stage: Stage? = .known

    init(_ namespace: Namespace, _ connection: Connection) {
      publisher = Publisher(namespace: namespace, connection: connection)
    }

    func go(to stage: Stage?) { self.stage = stage }

    func run() async throws {
      while let stage {
        _ = try await publisher.publish((count..<(count + 10)).map { Self.event($0, stage) })
        count += 10
        try await Task.sleep(for: .milliseconds(20))
      }
    }

    private static func event(_ number: Int, _ stage: Stage) -> EncodedEvent {
      let account = "account\(number % accounts)"
      let place = number / accounts
      return switch stage {
      case .known: EncodedEvent(Announced(account, place))
      case .added where place.isMultiple(of: 3): EncodedEvent(AddedLater(account, place))
      case .newer, .added: EncodedEvent(NewlyAnnounced(account, place))
      }
    }
  }

  @Test(
    "with the producer first, forward, back and forward again, with workers killed meanwhile: nothing is dead, lost, twice or out of order"
  )
  func rolling() async throws {
    try await withRedis(arguments: ["--appendonly", "yes"]) { server in
      let connection = Connection(server.url)
      let namespace = try await Namespace.open("test", shardCount: 8, on: connection)
      let producer = Producer(namespace, Connection(server.url))
      async let published: Void = producer.run()
      var fleet = try Fleet(redis: server.url.description)
      let inspector = Inspector(namespace: namespace, connection: connection)
      try await eventually("all work") {
        try await Set(inspector.status().filter { $0.lag == 0 }.map(\.service)).isSuperset(of: Self.services)
      }
      // Also not for a while: what is dead for being too new is handled again by itself.
      let noneIsDead = { () async throws in
        let letters = DeadLetters(namespace: namespace, connection: connection)
        for service in Self.services { #expect(try await letters.list(service: service).isEmpty) }
      }
      await producer.go(to: .newer)
      try await fleet.roll(to: .newer, kills: 3, after: noneIsDead)
      try await eventually("every shard is a newer worker's") { try await wantsAdded(connection, namespace) }
      await producer.go(to: .added)
      try await fleet.roll(to: .older, kills: 4, after: noneIsDead)
      try await fleet.roll(to: .newer, kills: 3, after: noneIsDead)
      await producer.go(to: nil)
      try await published
      try await eventually("all is handled") { try await inspector.remaining(Self.services).isEmpty }

      #expect(fleet.kills == 10)
      let state = ServiceState(namespace: namespace, connection: connection)
      try await noneIsDead()
      for service in Self.services {
        for account in 0..<Producer.accounts {
          let kept = try await state.records(service, "account\(account)", as: Int.self).map(\.value)
          let places = await (producer.count - account + Producer.accounts - 1) / Producer.accounts
          #expect(kept == Array(0..<places), "\(service), account \(account)")
        }
      }
    }
  }

  /// Whether each service has taken the topic that was added into its lease of every shard; from then on it is given all of it.
  private func wantsAdded(_ connection: Connection, _ namespace: Namespace) async throws -> Bool {
    var commands = Commands()
    for service in Self.services {
      for shard in 0..<namespace.shardCount { commands.append("HGET", "test:{\(shard)}:lease:\(service)", "topics") }
    }
    let replies = try await connection.send(commands)
    for index in 0..<replies.count {
      guard try replies[index].optionalString()?.contains(AddedLater.topic) == true else { return false }
    }
    return true
  }
}
