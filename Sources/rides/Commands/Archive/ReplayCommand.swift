import ArgumentParser
import EventArchive
import EventStreams
import EventStreamsOperations
import RideHailing

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Print the history of events as NDJSON, from archive and log together, each event once.",
    discussion: """
      In order: per shard that of the log, shards merged by entry id. What is printed can be published again with `rides \
      publish`: an event that is still remembered is a duplicate, and into an empty Redis the same logs come into being. \
      --from and --to go by the event's own timestamp, which for imported rides is long before they were recorded; \
      --recorded-from and --recorded-to go by when the log got it. Of an event that was published again after its id was \
      forgotten, the first is printed. An event of a type that this program does not know is printed with the shard that it was \
      in, as `loggedIn`, and can be published again as well. Exit status 1 if the log was trimmed beyond what the archive holds, with where it was.

        rides replay --ride sim-1-42
        rides replay --from 2019-03-01 --to 2019-04-01 --type RIDE_COMPLETED | rides publish --redis redis://other:6379
        rides replay --offline --archive copy.sqlite --limit 10
      """)

  @OptionGroup var history: HistoryOptions

  @Option(name: .customLong("ride"), help: "Only events of this ride; may be given several times.")
  var rides: [String] = []

  @Option(help: "At most so many events.")
  var limit: Int?

  @Flag(help: "From the archive alone: Redis is not asked.")
  var offline = false

  @OptionGroup var options: ArchiveOptions
  @OptionGroup var redis: NamespaceOptions

  func validate() throws {
    try Limit.check(limit)
  }

  func run() async throws {
    let archive = offline ? try options.open() : try options.openIfPresent()
    var filter = history.filter
    filter.rides = rides
    var events: MergedHistory
    var shardCount: Int?
    if offline, let archive {
      events = MergedHistory(
        of: ChosenServices.list.archive, shards: try await archive.shards(), inspector: nil, archive: archive,
        filter: filter
      )
    } else {
      let (namespace, connection) = try await redis.find()
      shardCount = namespace.shardCount
      // An archive may know shards that this namespace does not have.
      let shards = Set(namespace.shards).union(try await archive?.shards() ?? []).sorted()
      events = MergedHistory(
        of: ChosenServices.list.archive, shards: shards,
        inspector: Inspector(namespace: namespace, connection: connection),
        archive: archive,
        filter: filter)
    }
    let catalog = ChosenServices.list.catalog
    var lines = try LineOutput()
    var count = 0
    var unreadable = 0
    while count < limit ?? .max, let event = try await events.next() {
      guard event.header != nil else {
        unreadable += 1
        continue
      }
      let isKnown = (try? catalog.read(event.json.span)) != nil
      try lines.write(
        json: isKnown ? event.json : LoggedEvent.marked(event.json, shard: event.shard, of: shardCount))
      count += 1
    }
    try lines.finish()
    if unreadable > 0 { Terminal.error("left out \(unreadable) entries that are no events") }
    let gaps = events.gaps
    for gap in gaps { Terminal.error("\(gap)") }
    if !gaps.isEmpty { throw ExitCode(1) }
    if count == 0, !rides.isEmpty, limit != 0 {
      throw Failure.refused(
        "nothing is known of ride \(rides.map { "'\($0)'" }.joined(separator: ", ")) with these options")
    }
  }
}
