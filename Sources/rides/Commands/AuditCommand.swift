import ArgumentParser
import EventStreams
import RideHailing

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Check that every event had each of its effects exactly once.",
    discussion: """
      Recomputes from the log and the archive what each service must have done, and compares it with what it has stored: each \
      ride's charge, earning, rating window, rating, receipt and archive row; journals and clearing sum to zero; balances are the \
      sum of their entries. What is still on its way, dead or parked is listed, and is no error. May run while services work. \
      Exit status 1 if anything does not hold, with what it is.

        rides audit
        rides audit --archive /var/lib/rides/archive.sqlite --format json
      """)

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: TopicOptions

  func run() async throws {
    let archive = try archive.openIfPresent()
    let (topic, connection) = try await redis.find()
    let audit = Audit(
      topic: topic, inspector: Inspector(topic: topic, connection: connection),
      state: ServiceState(topic: topic, connection: connection), archive: archive)
    let report = try await audit.run { shard in Terminal.progress("\(shard + 1) of \(topic.shardCount) shards audited")
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
    for service in RideServices.names {
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
    Terminal.print(report.holds ? "audit: all holds" : "audit: \(report.violationCount) violations")
  }
}
