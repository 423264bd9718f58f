import ArgumentParser
import EventStreams
import RideHailing

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Bring logs, groups and all services' state back from the archive, after Redis has lost them.",
    discussion: """
      Workers and producers may run meanwhile: each shard's services are held while it is restored, and what was published \
      since the loss is kept. What was scheduled, and neither came nor was cancelled, waits again. Events that nothing tells to have been handled are handled when the services go on; with the \
      gateway's idempotency keys no charge happens twice. What was published after the archive's end and is not in the log now \
      is lost, unless its producer publishes it again: that is safe, what was restored is recognised. \
      A service that this program does not know goes on where it was, or, if the log was lost, handles everything again. \
      Running it again after it was interrupted is safe. \
      A namespace of an earlier format, which all commands refuse, is brought over by restoring its archive into a new one, with the \
      same number of shards.

        rides restore --from-archive .rides/archive.sqlite
        rides publish rides.ndjson        # again, if some of it may have been lost
        rides audit
        rides restore --namespace rides-2 --shards 8 --from-archive .rides/archive.sqlite
      """)

  @Option(help: "The archive.")
  var fromArchive: String

  @Option(
    help: "Leave events recorded before this time in the archive, if nobody must handle them any more.",
    transform: TimeArgument.read)
  var logFrom: TimeArgument?

  @OptionGroup var new: NewNamespaceOptions

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func validate() throws {
  }

  func run() async throws {
    let reader = try ArchiveOptions.open(fromArchive)
    let report: RestoreReport
    do {
      // With the wrong number of shards none is made: it would have that number for good.
      let (namespace, connection) = try await redis.open(new) {
        try await Restore.check(reader, for: $0, ChosenServices.list)
      }
      report = try await Restore(
        namespace: namespace, connection: connection, archive: reader, logFrom: logFrom?.time,
        services: ChosenServices.list
      )
      .run { shard, events in Terminal.progress("shard \(shard): \(events) events") }
    } catch let error as Restore.Mismatch {
      throw Failure.refused(error.description)
    }
    Terminal.endProgress()
    let handledAgain = Set(report.shards.flatMap(\.handledAgain)).sorted()
    if !handledAgain.isEmpty {
      Terminal.error(
        "this program does not know \(handledAgain.joined(separator: ", ")): what it had stored was lost with the log, and it handles all events again when it is run"
      )
    }
    if output.format == .json { return Terminal.print(json: JSONWriter.bytes(of: report)) }
    var table = Table("SHARD", "EVENTS", "ARCHIVED", "ARCHIVE ENDS", "SINCE", "TO BE HANDLED")
    for shard in report.shards {
      table.add(
        "\(shard.shard)", "\(shard.events)", "\(shard.archived)",
        shard.archivedThrough.map { "\($0.recordedAt)" } ?? "empty", "\(shard.publishedMeanwhile)",
        shard.pending.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    }
    Terminal.print(table)
    Terminal.print(
      "what was published after the archive's end and is not in the log now is lost, unless it is published again")
  }
}
