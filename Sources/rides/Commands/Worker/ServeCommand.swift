import ArgumentParser
import EventStreams
import EventStreamsHTTP
import RidesHTTP
import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve the HTTP API and the pages: publishing, looking, dead letters, accounts.",
    discussion: """
      Without tokens it listens on this machine only, and everybody there may do everything. A token file has lines of \
      `name sha256:HEX scopes`, which `rides token` prints; it is read again when it changes. Redis may come and go, and need not be \
      there yet. SIGTERM and Ctrl-C finish what has been begun.

        rides serve
        rides serve --listen 0.0.0.0:8080 --tokens tokens
        rides serve --listen unix:/run/rides.sock --read-only
      """)

  @Option(help: "Where to listen: 127.0.0.1:8080, [::]:8080, or unix:PATH.")
  var listen = ListenArgument(.tcp(host: usualHost, port: usualPort))

  @OptionGroup var options: ServeOptions
  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var redis: NamespaceOptions
  @OptionGroup var gateway: GatewayAccountOptions
  @OptionGroup var readiness: ReadyOptions

  @Option(help: "trace, debug, info, notice, warning, error or critical.")
  var logLevel = LogLevelArgument.info

  static let usualHost = "127.0.0.1"
  static let usualPort = 8080

  func run() async throws {
    let log = logLevel.logger
    let ready = try readiness.file(serves: true, log: log)
    defer { ready?.remove() }
    let spans = try SpanReporting.begin(as: "rides-http", log: log)
    let service = try options.service(
      at: listen.address, redis, archive: archive.path, gateway: gateway.settings(), log, ready: ready)
    let watch = NamespaceWatch(name: redis.namespace, redis: try redis.redisURL(), log: log)
    try await SignalledServices.run(spans + [service, watch], stoppingWithin: .seconds(10), log: log)
  }
}
