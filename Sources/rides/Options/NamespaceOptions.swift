import ArgumentParser
import EventStreams
import EventStreamsOperations
import HiredisClient
import RideHailing

/// Where Redis is, and which namespace is meant: the options of every command.
struct NamespaceOptions: ParsableArguments {
  @Option(name: .customLong("redis"), help: Self.urlHelp)
  var url: String?

  /// What `--redis` means.
  static let urlHelp: ArgumentHelp = """
    Redis, as redis://user:password@host:port/db or unix:///path; rediss:// with TLS; with commas between them several \
    hosts: Sentinels, servers of which one is the master, or nodes of a cluster. Also: REDIS_URL.
    """

  @Option(help: "The namespace that all keys begin with.")
  var namespace = "rides"

  func redisURL() throws -> RedisURL {
    try url.map { url throws(RedisError) in try RedisURL(url) } ?? .fromEnvironment()
  }

  func connect() throws -> Connection {
    var options = ConnectionOptions()
    options.clientName = "rides-cli"
    return Connection(try redisURL(), options: options)
  }

  /// The namespace for reading.
  func find() async throws -> (namespace: Namespace, connection: Connection) {
    try await existing { try await Namespace.find(namespace, on: $0) }
  }

  /// The namespace for working with it, which must be there.
  ///
  /// - Parameter hint: what to do if it isn't.
  func openExisting(hint: String? = nil) async throws -> (namespace: Namespace, connection: Connection) {
    try await existing(hint) { try await Namespace.openExisting(namespace, on: $0) }
  }

  private func existing(
    _ hint: String? = nil, _ find: (Connection) async throws -> Namespace?
  ) async throws -> (namespace: Namespace, connection: Connection) {
    let connection = try connect()
    do {
      if let found = try await find(connection) { return (found, connection) }
    } catch let error as NamespaceError {
      throw refusal(error)
    }
    let absence = try await Namespace.absence(of: namespace, on: connection)
    throw Failure.refused(
      "there is no namespace '\(namespace)' in \(connection.url): \(absence)\(hint.map { "; \($0)" } ?? "")")
  }

  /// The namespace for working with it; made, for all services, if it isn't there.
  ///
  /// - Parameters:
  ///   - new: what is asked for; nil for what is usual.
  ///   - check: throws if a new one must not be made as it would be.
  func open(
    _ new: NewNamespaceOptions? = nil, checkingNew check: (Namespace) async throws -> Void = { _ in }
  ) async throws -> (namespace: Namespace, connection: Connection) {
    let connection = try connect()
    do {
      let isNew = try await Namespace.find(namespace, on: connection) == nil
      if isNew {
        let usual = await Namespace.usualShardCount(on: connection)
        try await check(Namespace(namespace, shardCount: new?.shards ?? usual))
      }
      let opened = try await Namespace.open(
        namespace, shardCount: new?.shards, deduplicationTime: new?.deduplicationTime?.duration,
        services: ChosenServices.list.subscriptions, topics: ChosenServices.list.catalog.topics, on: connection)
      if isNew { Terminal.error("made namespace '\(namespace)' with \(opened.shardCount) shards") }
      return (opened, connection)
    } catch let error as NamespaceError {
      throw refusal(error)
    }
  }

  /// Says why a namespace can't be used; of one of an earlier format also what brings it over, as it is to be typed.
  private func refusal(_ error: NamespaceError) -> Failure {
    guard let earlier = error.earlier else { return .refused(error.description) }
    let server = url.flatMap { try? RedisURL($0) }.map { " --redis \($0)" } ?? ""
    // In format 1 a namespace was called topic.
    let old = "\(server)\(namespace == "rides" ? "" : " --topic \(namespace)")"
    return .refused(
      "\(error.description), or bring it over once its producers have stopped. With that version, while its services run: rides wait\(old) && rides archive verify\(old). Then with this one: rides restore --namespace \(namespace)-2 --shards \(earlier.shardCount) --from-archive \(ArchiveOptions.usualPath)\(server)"
    )
  }
}
