import ArgumentParser
import EventArchive
import EventStreams
import EventStreamsOperations
import RideHailing

struct ArchiveVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check that no row of the archive was changed, removed or inserted.",
    discussion: """
      Recomputes the chain of each shard, and names every row that is not as it was stored. Then, unless --offline, compares \
      with the log: each entry that both hold is the same, byte for byte; what analytics has acknowledged is there; and archive \
      and log together hold as many events as were ever added, so that a hole in what the log does not hold any more is found. \
      That count begins anew with a log that was lost; where that happened it is said, and only the chain tells. \
      Who can write to the file can also make a chain anew; to find that, keep the output of `rides archive status --format \
      json` somewhere else. Exit status 1 if anything is wrong.

        rides archive verify
        rides archive verify --offline --archive copy.sqlite --format json
      """)

  @Flag(help: "Look at the file only, not at the log.")
  var offline = false

  @OptionGroup var options: ArchiveOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let archive = try options.open()
    var log: (namespace: Namespace, inspector: Inspector)?
    if !offline {
      let (namespace, connection) = try await redis.find()
      log = (namespace, Inspector(namespace: namespace, connection: connection))
    }
    let verification: ArchiveVerification
    do {
      verification = try ArchiveVerification(archive: archive, inspector: log?.inspector, shards: log?.namespace.shards)
    } catch {
      throw Failure.refused("\(error)")
    }
    let report = try await verification.run { shard, rows in
      Terminal.progress("shard \(shard): \(rows) rows verified")
    }
    Terminal.endProgress()
    switch output.format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: report))
    case .table: show(report)
    }
    if !report.holds { throw ExitCode(1) }
  }

  private func show(_ report: ArchiveVerificationReport) {
    for fault in report.found { Terminal.print("\(fault)") }
    if report.faultCount > report.found.count {
      Terminal.print("… and \(report.faultCount - report.found.count) more")
    }
    let uncounted = report.shards.filter { $0.counting == .notComparable }.map { "\($0.shard)" }
    if !uncounted.isEmpty {
      Terminal.print(
        "shards \(uncounted.joined(separator: ", ")): the log was lost and has begun anew, so whether the archive holds all of what was there before can't be told by counting"
      )
    }
    let rows = report.shards.reduce(0) { $0 + $1.rows }
    let compared = report.shards.reduce(0) { $0 + ($1.compared ?? 0) }
    Terminal.print(
      "\(rows) rows" + (report.hasLog ? ", \(compared) compared with the log" : "; the log was not compared"))
    Terminal.print(report.holds ? "archive: all holds" : "archive: \(report.faultCount) faults")
  }
}
