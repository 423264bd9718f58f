import ArgumentParser
import EventStreams
import EventStreamsHTTP
import RideHailing
import ServiceLifecycle

struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Run one service in the foreground.",
    discussion: """
      Several workers of one service share its shards. SIGTERM and Ctrl-C drain: what has been begun is finished and \
      committed, and the shards are given back at once. A second signal ends the process at once; nothing is lost then either.

        rides worker payment --create
        rides worker analytics --archive /var/lib/rides/archive.sqlite
        rides worker payment --limit-rate 100/s --limit-concurrency 8
      """)

  @Argument(help: "\(ChosenServices.names).", completion: .list(ChosenServices.list.names))
  var service: String

  @Option(help: "The worker's name, unique; made of host and process if not given.")
  var name: String?

  @Flag(help: "Make the namespace if it isn't there, as `up` and `publish` do.")
  var create = false

  @Option(
    help:
      "How many events all workers of the service together may begin to handle: 100/s, 30/m. The same for all of them.")
  var limitRate: RateArgument?

  @Option(help: "The same for each key: a rider, a driver or a ride, as the service orders events.")
  var limitRatePerKey: RateArgument?

  @Option(help: "How many events all workers of the service together may handle at the same time.")
  var limitConcurrency: Int?

  @Option(help: "Where to serve what the worker measures, for Prometheus: 127.0.0.1:9464.")
  var metricsListen: ListenArgument?

  @OptionGroup var worker: WorkerOptions
  @OptionGroup var redis: NamespaceOptions
  @OptionGroup var readiness: ReadyOptions

  func validate() throws {
    do { if let name { try WorkerSettings.check(name: name) } } catch {
      throw ValidationError("--name: \(error.description)")
    }
    try Limit.check(limitConcurrency, "--limit-concurrency", 1...1_000_000)
  }

  func run() async throws {
    try ChosenServices.check(service)
    let ready = try readiness.file(services: [service], log: worker.logLevel.logger)
    try await ServiceRunner(redis: redis, options: worker, creates: create).run(
      [service], name: name, limits: limits, beside: metrics,
      spans: SpanReporting.begin(as: "rides-\(service)", log: worker.logLevel.logger), ready: ready)
  }

  /// Before the worker is made, which measures by what there is then.
  private var metrics: [any Service] {
    metricsListen.map { [MetricsService($0.address, of: Measuring.registry, log: worker.logLevel.logger)] } ?? []
  }

  private var limits: ServiceLimits? {
    guard limitRate != nil || limitRatePerKey != nil || limitConcurrency != nil else { return nil }
    return ServiceLimits(rate: limitRate?.rate, ratePerKey: limitRatePerKey?.rate, concurrency: limitConcurrency)
  }
}
