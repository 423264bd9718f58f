import ArgumentParser
import EventArchive
import EventStreams
import EventStreamsOperations
import RideHailing

struct RebuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Build a service's state anew from history, compare it with the live one, and swap it in with --apply.",
    discussion: """
      The service goes on while the state is built; then each of its shards is held for a moment, to compare and to swap, in one \
      step per shard. Nothing is charged and nothing is sent: what was decided is told by the events that followed. Running it \
      again after it was interrupted is safe: the live state is the old one or the new one, never half of each. \
      The state of analytics is the archive: what the log has and the archive has not is added; a row that differs from the log \
      is named and left as it is. \
      Exit status: 0 the states are the same, or the rebuilt one was applied; 1 they differ, or history lacks something.

        rides rebuild driver
        rides rebuild payment --apply
        rides rebuild driver --from-archive copy.sqlite
      """)

  @Argument(help: "\(ChosenServices.names).", completion: .list(ChosenServices.list.names))
  var service: String

  @Option(help: "Take the history from this archive alone, and not from the log.")
  var fromArchive: String?

  @Flag(help: "Put the rebuilt state in the place of the live one, if history is complete.")
  var apply = false

  @Flag(help: "Only compare; this is what happens without --apply.")
  var dryRun = false

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  /// Whether the state is the archive.
  private var isArchive: Bool { service == ChosenServices.list.archive.service }

  func validate() throws {
    if apply, dryRun { throw ValidationError("give --apply or --dry-run, not both") }
    try ChosenServices.check(service, to: "rebuild")
    if isArchive, fromArchive != nil {
      throw ValidationError("the archive can't be rebuilt from itself: leave --from-archive out")
    }
  }

  func run() async throws {
    let (namespace, connection) = try await redis.openExisting()
    // A lost one is made anew, from what the log still has.
    let store = isArchive && apply ? try Archive(path: archive.path, of: ChosenServices.list.archive) : nil
    let reader = try fromArchive.map { try ArchiveOptions.open($0) } ?? archive.openIfPresent()
    let rebuild = Rebuild(
      namespace: namespace, connection: connection, archive: reader, readsLog: fromArchive == nil,
      services: ChosenServices.list)
    let report: RebuildReport
    if isArchive {
      if reader == nil { _ = try archive.open() }
      report = try await rebuild.fill(store)
    } else {
      report = try await rebuild.run(service, applies: apply) { shard, events in
        Terminal.progress("shard \(shard): \(events) events")
      }
    }
    Terminal.endProgress()
    switch output.format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: report))
    case .table: show(report)
    }
    guard report.isComplete else {
      throw Failure.refused(
        "nothing was applied where events that were given to \(service) have no outcome in history, or are not in it: history lacks them, or they were removed from the log before \(service) got them; in that case rides restore --from-archive has them handled"
      )
    }
    guard !apply || report.isApplied else {
      throw Failure.refused(
        "rows of the archive differ from the log, and were left as they are; see: rides archive verify")
    }
    guard apply || report.isIdentical else {
      throw Failure.refused("the states differ; --apply puts the rebuilt one in place")
    }
  }

  private func show(_ report: RebuildReport) {
    var table = Table("SHARD", "EVENTS", "DIFFERENCES", "MISSING", "LIVE", "REBUILT", "HELD", "APPLIED")
    for shard in report.shards {
      table.add(
        "\(shard.shard)", "\(shard.events)", "\(shard.comparison.count)", "\(shard.unknown + shard.missing)",
        digest(shard.comparison.liveDigest), digest(shard.comparison.rebuiltDigest), shard.held.short,
        shard.isApplied ? "yes" : "no")
    }
    Terminal.print(table)
    for shard in report.shards {
      for difference in shard.comparison.differences.prefix(20) {
        Terminal.print(
          "shard \(shard.shard): \(difference.name) \(difference.item): live \(difference.live ?? "nothing"), rebuilt \(difference.rebuilt ?? "nothing")"
        )
      }
    }
  }

  private func digest(_ digest: UInt64) -> String {
    let text = String(digest, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
