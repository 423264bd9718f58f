import ArgumentParser
import EventStreams

struct Trim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Remove old events from the log that every service has handled.",
    discussion: """
      Never removes what any group still needs, the archive's included: trimming stops there, and the group that stopped it is \
      named. A group that nobody runs any more can be let go with `rides groups remove`. Workers do the same by themselves when \
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
  @OptionGroup var redis: TopicOptions

  func validate() throws {
    if olderThan == nil, keep == nil { throw ValidationError("give --older-than, --keep or both") }
    try Limit.check(keep, "--keep", WorkerSettings.Bounds.maxEntries)
  }

  func run() async throws {
    let (topic, connection) = try await redis.open()
    let trimmer = Trimmer(topic: topic, connection: connection)
    let retention = Retention(maxAge: olderThan?.duration, maxEntries: keep)
    var results: [Trimmer.Result] = []
    var table = Table("SHARD", dryRun ? "WOULD REMOVE" : "REMOVED", "STOPPED BY")
    for shard in topic.shards {
      Terminal.progress("shard \(shard) of \(topic.shardCount)")
      let result = try await trimmer.trim(shard: shard, retention, isDryRun: dryRun)
      results.append(result)
      table.add("\(shard)", "\(result.removed)", result.keptBy ?? "-")
    }
    Terminal.endProgress()
    output.write(results, table, empty: "there are no shards")
  }
}
