import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import Logging
import RedisTestSupport
import RideHailing
import Synchronization
import Testing

/// A namespace on a server of its own, with the folders that the services write into.
struct RideBench: Sendable {
  let server: RedisServer
  let connection: Connection
  let namespace: Namespace
  let configuration: ServiceConfiguration
  /// The Maildir that receipts are delivered into.
  let outbox: String

  static func run(
    arguments: [String] = [], archive keeper: ArchiveKeeper = .sqlite, _ body: (RideBench) async throws -> Void
  ) async throws {
    try await withRedis(arguments: arguments) { server in
      let folder = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      let connection = Connection(server.url)
      let namespace = try await Namespace.open("rides", shardCount: 4, on: connection)
      try await body(
        RideBench(
          server: server, connection: connection, namespace: namespace,
          configuration: ServiceConfiguration(
            archivePath: try await keeper.place(in: folder),
            mail: Maildir(folder.appending(path: "outbox").path())),
          outbox: folder.appending(path: "outbox").path()))
    }
  }

  var state: ServiceState { ServiceState(namespace: namespace, connection: connection) }

  func publish(_ events: [EncodedEvent]) async throws -> [PublishedEvent] {
    try await Publisher(namespace: namespace, connection: connection).publish(events)
  }

  /// Adds an entry to a stream of a shard's log past the runtime, under an id that no other topic of the shard has.
  func append(_ json: String, to stream: String) async throws {
    let number = Self.appended.add(1, ordering: .relaxed).newValue
    _ = try await connection.call(
      "XADD", stream, "\(Timestamp.now().microsecondsSinceEpoch / 1000)-\(number)", "event", json)
  }

  /// Above the numbers that the runtime gives out within a millisecond.
  private static let appended = Atomic(100_000)

  /// Runs workers of these services while `body` runs; then they drain.
  func running(_ names: [String], _ body: () async throws -> Void) async throws {
    var log = Logger(label: "test")
    log.logLevel = .critical
    try await withThrowingTaskGroup { group in
      for name in names {
        let service = try #require(try RideServices.standard.make(name, configuration))
        let worker = Worker(service, namespace: namespace, redis: server.url, log: log)
        group.addTask { try await worker.run() }
      }
      try await body()
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  /// Waits until these services have nothing left.
  func settled(_ names: [String]) async throws {
    let inspector = Inspector(namespace: namespace, connection: connection)
    try await eventually("all is handled", within: .seconds(90)) { try await inspector.remaining(names).isEmpty }
  }

  /// The sum of the balances of all accounts whose name begins so, per currency.
  func balances(_ service: String, _ prefix: String) async throws -> [String: Int] {
    var sums: [String: Int] = [:]
    for found in try await state.hash(service, "balances") {
      let parts = found.value.field.split(separator: "|")
      guard parts[0].hasPrefix(prefix) else { continue }
      sums[String(parts[1]), default: 0] += Int(found.value.value) ?? 0
    }
    return sums
  }

  /// Everything the services have stored, as one text.
  func everything() async throws -> String {
    var lines: [String] = []
    for service in RideServices.standard.names {
      for shard in namespace.shards {
        let keys = try await connection.strings(["KEYS", namespace.state(shard, service, "*")])
        for key in keys.sorted() {
          let kind = try await connection.call("TYPE", key)
          let isHash = try kind.root.string() == "hash"
          if isHash {
            let fields = try await connection.strings(["HGETALL", key])
            lines += stride(from: 0, to: fields.count, by: 2).map { "\(key) \(fields[$0]) \(fields[$0 + 1])" }.sorted()
          } else {
            lines.append("\(key) \(try await connection.integer(["XLEN", key]))")
          }
        }
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Everything but what goes on by itself while services run: prices, and that they have been stored.
  func books() async throws -> [Substring] {
    try await everything().split(separator: "\n").filter { !$0.contains(":surge:") && !$0.contains(":analytics:") }
  }

  /// The same with another gateway, another way out for mail, another commission, or cities that are known.
  func with(
    gateway: (any PaymentGateway)? = nil, mail: (any MailDelivery)? = nil, commissionBasisPoints: Int? = nil,
    cities: Cities? = nil
  ) -> RideBench {
    var configuration = configuration
    if let gateway { configuration.gateway = gateway }
    if let mail { configuration.mail = mail }
    if let cities { configuration.cities = cities }
    if let commissionBasisPoints { configuration.commissionBasisPoints = commissionBasisPoints }
    return RideBench(
      server: server, connection: connection, namespace: namespace, configuration: configuration, outbox: outbox)
  }

  /// Publishes, and lets these services handle it.
  func handle(_ events: [EncodedEvent], by services: [String] = ["payment", "driver"]) async throws {
    _ = try await publish(events)
    try await running(services) { try await settled(services) }
  }

  /// Makes the log forget what was published: as after days, or when the clock goes back.
  func forgetPublished() async throws {
    for key in try await connection.strings(["KEYS", "*:seen:*"]) { _ = try await connection.call("DEL", key) }
  }

  /// The events of some types in the log, in its order, as text.
  func events(_ types: String...) async throws -> [String] {
    var found: [String] = []
    let inspector = Inspector(namespace: namespace, connection: connection)
    for shard in namespace.shards {
      for entry in try await inspector.entries(shard: shard, after: .zero, limit: 100_000) {
        let text = String(decoding: entry.json, as: UTF8.self)
        if types.contains(where: { text.contains(#""type":"\#($0)""#) }) { found.append(text) }
      }
    }
    return found
  }

  func balance(_ service: String, _ account: String, _ currency: String = "EUR") async throws -> Int {
    try await balances(service, account)[currency] ?? 0
  }

  /// How many events of each type the log holds.
  func types() async throws -> [String: Int] {
    var types: [String: Int] = [:]
    let inspector = Inspector(namespace: namespace, connection: connection)
    for shard in namespace.shards {
      for entry in try await inspector.entries(shard: shard, after: .zero, limit: 100_000) {
        let type = try EventHeader(ofEvent: entry.json.span, fallbackID: "").type
        // When prices are made depends on the clock.
        guard type != ScheduleRecord.scheduled, type != SurgeTick.eventType, type != SurgeUpdated.eventType else {
          continue
        }
        types[type.rawValue, default: 0] += 1
      }
    }
    return types
  }

  func audit(archive: Bool = false) async throws -> AuditReport {
    try await Audit(
      namespace: namespace, inspector: Inspector(namespace: namespace, connection: connection), state: state,
      archive: archive ? ArchiveReader(path: configuration.archivePath, of: .rides) : nil
    ).run()
  }
}
