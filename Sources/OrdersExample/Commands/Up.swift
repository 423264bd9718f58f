import ArgumentParser
import EventArchive
import EventStreams
import EventStreamsHTTP
import HiredisClient
import Logging
import ServiceLifecycle
import UnixSignals

/// Runs all services in this process.
struct Up: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run all four services in this process, with pages and an HTTP API where asked for; Ctrl-C drains.",
    aliases: ["run"])

  @Option(help: "Where to serve the pages and the HTTP API: 127.0.0.1:8081.", transform: Self.address)
  var listen: ListenAddress?

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var shop: ShopOptions

  func run() async throws {
    let log = Logger(label: "orders-example")
    let pages = try listen.map { try Shop.server(at: $0, shop.namespace, shop.redisURL(), log) }
    try await workers.run(Shop.serviceNames, shop, beside: pages.map { [$0] } ?? [])
  }

  private static func address(_ text: String) throws -> ListenAddress {
    guard let address = ListenAddress(text) else {
      throw ValidationError("'\(text)' is no address such as 127.0.0.1:8081")
    }
    return address
  }
}

/// Runs one service in this process.
struct RunWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Run one service in this process; several processes may run the same one.")

  @Argument(help: "payment, inventory, email or analytics.")
  var service: String

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var shop: ShopOptions

  func validate() throws {
    guard Shop.serviceNames.contains(service) else {
      throw ValidationError("there is no service '\(service)'; there are \(Shop.serviceNames.joined(separator: ", "))")
    }
  }

  func run() async throws { try await workers.run([service], shop) }
}

/// How services run.
struct WorkerOptions: ParsableArguments {
  @Option(help: "How long a service works on an order, in milliseconds.")
  var serviceTime = 0

  @Option(help: "How long a worker that has died keeps its shard from the others, in milliseconds.")
  var leaseTime = 10_000

  @Option(help: "A file that keeps every event; a service that never ran begins with what is in it.")
  var archive: String?

  func validate() throws {
    guard serviceTime >= 0 else { throw ValidationError("--service-time must not be negative") }
    guard leaseTime >= 100 else { throw ValidationError("--lease-time must be at least 100") }
  }

  /// Runs services until a signal asks them to stop; then they finish what they have begun.
  func run(_ names: [String], _ shop: ShopOptions, beside others: [any Service] = []) async throws {
    let (namespace, connection) = try await shop.open()
    await connection.close()
    let log = Logger(label: "orders-example")
    var services = names.compactMap { Shop.service($0, taking: .milliseconds(serviceTime)) }
    // Made first: who joins late reads it.
    if let archive { services.insert(try Shop.archiving(into: archive), at: 0) }
    let workers = try services.map {
      var settings = WorkerSettings()
      settings.leaseTime = .milliseconds(leaseTime)
      if let archive, $0.name != Shop.archive.service {
        settings.history = try ArchiveReader(path: archive, of: Shop.archive)
      }
      return Worker($0, namespace: namespace, redis: try shop.redisURL(), settings: settings, log: log)
    }
    log.notice("started", metadata: ["services": "\(names.joined(separator: " "))"])
    try await ServiceGroup(services: workers + others, gracefulShutdownSignals: [.sigterm, .sigint], logger: log).run()
  }
}
