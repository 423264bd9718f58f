import ArgumentParser
import EventStreams
import Foundation
import HiredisClient

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure what this machine and this Redis can do.",
    discussion: """
      Five measures, one after the other: `publish`, events published, each once whatever happens; `driver`, one service with \
      all its effects; `services`, all six with theirs (a temporary archive and outbox), publishing included; `latency`, from \
      the moment an event should be published to its commit, at a fixed rate; `takeover`, from a worker's kill -9 to another's \
      first commit in its shards. Workers run in this process, so that it shares the machine with a Redis that runs on it.

      Works in namespaces of its own, which are removed at the end, after Ctrl-C too; refuses to touch one that is there. It does \
      load the server: don't run it beside users. The functions that all workers need stay loaded.

        rides bench
        rides bench --only latency --rate 2000 --seconds 30 --format json
        rides bench --only publish,driver --events 500000 --payload-size 300
      """)

  @Option(help: "Only these, with commas between them: publish, driver, services, latency, takeover.")
  var only: String?

  @Option(help: "Events that `publish` and `driver` measure with.")
  var events = 100_000

  @Option(help: "Rides that `services` measures with.")
  var rides = 20_000

  @Option(help: "Events a second of `latency`.")
  var rate = 1000.0

  @Option(help: "How many seconds `latency` goes on.")
  var seconds = 10.0

  @Option(help: "The least size of an event in bytes; without, as rides are (about 680).")
  var payloadSize: Int?

  @Option(help: "Events published with one call by `publish`.")
  var batch = 500

  @Option(help: "How long the worker that `takeover` kills keeps its shards.")
  var leaseTime = DurationArgument(.seconds(1))

  @Option(name: .customLong("redis"), help: NamespaceOptions.urlHelp)
  var url: String?

  @Option(help: "What the namespaces' names begin with. (default: one that nobody has)")
  var namespace: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    _ = try measures()
    try Limit.check(events, "--events", 1...10_000_000)
    try Limit.check(rides, "--rides", 1...10_000_000)
    try Limit.check(rate, "--rate", 0.1...100_000)
    try Limit.check(seconds, "--seconds", 0.1...86_400)
    guard rate * seconds <= 10_000_000 else { throw ValidationError("--rate times --seconds must be at most 10000000") }
    try Limit.check(batch, "--batch", 1...10_000)
    // With what is around it an event has 64 KiB at the most.
    try Limit.check(payloadSize, "--payload-size", 1...60_000)
    try Limit.check(leaseTime, "--lease-time", WorkerSettings.Bounds.leaseTime)
  }

  private func measures() throws -> [BenchSettings.Measure] {
    guard let only else { return BenchSettings.Measure.allCases }
    let chosen = try only.split(separator: ",").map { name in
      guard let measure = BenchSettings.Measure(rawValue: name.trimmingCharacters(in: .whitespaces)) else {
        let all = BenchSettings.Measure.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--only knows no '\(name)'; there are \(all)")
      }
      return measure
    }
    return BenchSettings.Measure.allCases.filter { chosen.contains($0) }
  }

  func run() async throws {
    let redis = try url.map { url throws(RedisError) in try RedisURL(url) } ?? .fromEnvironment()
    var settings = BenchSettings(
      namespace: namespace ?? "rides-bench-\(UUID().uuidString.prefix(8).lowercased())", redis: redis, redisText: url)
    settings.measures = try measures()
    settings.events = events
    settings.rides = rides
    settings.rate = rate
    settings.duration = .seconds(seconds)
    settings.payloadSize = payloadSize
    settings.batchSize = batch
    settings.leaseTime = leaseTime.duration
    let isTable = output.format == .table
    let lines = LinesShown()
    let report = try await BenchRun(settings: settings).run(version: Version.current) { report in
      if isTable { lines.show(report) }
    }
    if !isTable { Terminal.print(json: JSONWriter.bytes(of: report)) }
  }
}
