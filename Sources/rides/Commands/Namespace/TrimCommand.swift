import ArgumentParser
import EventArchive
import EventStreams
import RideHailing

struct TrimCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trim", abstract: "Remove old events from the log that every service has handled.",
    discussion: """
      Never removes what any group still needs, the archive's included: trimming stops there, and the group that stopped it is \
      named. With an archive, what is acknowledged stays until the archive is known to hold it: the file is looked at where it is \
      on this machine, else a worker of analytics is asked. A group that nobody runs any more can be let go with `rides groups remove`. Workers do the same by themselves when \
      started with --retain-for or --retain-entries.

        rides trim --older-than 7d --dry-run
        rides trim --keep 100000
      """)

  @Option(help: "Events recorded longer ago may go: 12h, 7d.")
  var olderThan: DurationArgument?

  @Option(help: "The oldest events beyond so many in a shard may go.")
  var keep: Int?

  @Flag(help: "Only say what would be removed.")
  var dryRun = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func validate() throws {
    if olderThan == nil, keep == nil { throw ValidationError("give --older-than, --keep or both") }
    try Limit.check(keep, "--keep", WorkerSettings.Bounds.maxEntries)
  }

  func run() async throws {
    let (namespace, connection) = try await redis.openExisting()
    let trimmer = Trimmer(namespace: namespace, connection: connection)
    let start = try await trimmer.start()
    try await StoreConfirmation.confirmStores(of: namespace, on: connection, ChosenServices.list.archive)
    let retention = Retention(maxAge: olderThan?.duration, maxEntries: keep)
    var results: [Trimmer.Result] = []
    var table = Table("SHARD", "TOPIC", dryRun ? "WOULD REMOVE" : "REMOVED", "STOPPED BY")
    for shard in namespace.shards {
      Terminal.progress("shard \(shard) of \(namespace.shardCount)")
      for result in try await trimmer.trim(shard: shard, retention, isDryRun: dryRun, since: start) {
        results.append(result)
        table.add("\(shard)", result.topic, "\(result.removed)", result.keptBy ?? "-")
      }
    }
    Terminal.endProgress()
    output.write(results, table, empty: "nothing has ever been published")
    let distrusted = Dictionary(grouping: results.filter { $0.distrust != nil }) { $0.keptBy ?? "" }
    for (service, shards) in distrusted.sorted(by: { $0.key < $1.key }) {
      let reason = shards[0].distrust ?? ""
      let place = try await StoreConfirmation.stores(of: namespace, on: connection)[service]?.place ?? "its store"
      Terminal.error(
        reason == "unconfirmed"
          ? "nothing was removed that only \(place) may hold: it isn't here, and no worker of \(service) has said that it holds what was acknowledged"
          : "nothing was removed that \(service) has stored: \(reason)")
    }
    if !distrusted.isEmpty { throw ExitCode(1) }
  }
}
