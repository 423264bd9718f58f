import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Check that every event had each of its effects exactly once.",
    discussion: """
      Has the services' own handlers say, from the log and the archive, what must be stored, and compares it with what is: each \
      ride's payment, share, rating window, receipt and archive row; each movement, rating and price; each event that follows. \
      What money comes to it reckons once more by itself, ride by ride and currency by currency: the fare as corrected is what was \
      paid net of refunds, what is owed and what the platform gave; no charge is made twice, and no more goes back of it than was \
      captured; drivers are paid what fare, rate, tips, tolls and cash come to, and never more is paid out than there was; receipts \
      say so. A ride that was completed in two cities is named, and events of one id that say different things.

      What is still on its way, dead or parked is listed, and is no error. May run while services work. Exit status 1 if \
      anything does not hold, with what it is.

        rides audit
        rides audit --archive /var/lib/rides/archive.sqlite --format json
      """)

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let archive = try archive.openIfPresent()
    let (namespace, connection) = try await redis.find()
    let audit = Audit(
      namespace: namespace, inspector: Inspector(namespace: namespace, connection: connection),
      state: ServiceState(namespace: namespace, connection: connection), archive: archive,
      services: ChosenServices.list)
    let report = try await audit.run { shard in
      Terminal.progress("\(shard + 1) of \(namespace.shardCount) shards audited")
    }
    Terminal.endProgress()
    switch output.format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: report))
    case .table: show(report)
    }
    if !report.holds { throw ExitCode(1) }
  }

  private func show(_ report: AuditReport) {
    var table = Table("SERVICE", "DONE", "UNDELIVERED", "PENDING", "DEAD", "PARKED")
    for service in ChosenServices.list.names {
      let counts = report.progress[service] ?? [:]
      table.add(
        service, "\(counts[.done, default: 0])", "\(counts[.undelivered, default: 0])",
        "\(counts[.pending, default: 0])", "\(counts[.dead, default: 0])", "\(counts[.parked, default: 0])")
    }
    Terminal.print(table)
    Terminal.print(
      "\(report.rides) rides, \(report.events) events, \(report.journals) journals, \(report.accounts) balances"
        + (report.hasArchive ? "" : "; no archive was compared"))
    for violation in report.violations { Terminal.print("\(violation)") }
    if report.violationCount > report.violations.count {
      Terminal.print("… and \(report.violationCount - report.violations.count) more")
    }
    if report.unsent > 0 {
      Terminal.print(
        "\(report.unsent) commits have events for other shards that were not forwarded yet: see rides pending")
    }
    Terminal.print(report.holds ? "audit: all holds" : "audit: \(report.violationCount) violations")
  }
}
