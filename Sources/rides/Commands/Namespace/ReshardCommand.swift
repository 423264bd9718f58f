import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct ReshardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reshard",
    abstract: "Split the namespace into another number of shards. It stands still for most of that.",
    discussion: """
      While all goes on, what the archive has is copied into one with the new number of shards. Then producers are refused, and try again by themselves; \
      services settle what is there. The rest is copied, logs and all services' states are made from that, and checked: the same rides, the same balances, as \
      much that waits, and an audit that finds nothing. Only then is the new namespace put in the place of the old one, in one step. What fails before leaves all \
      as it was; after it was killed, run it again, or call it off with --cancel.

      Producers go on with the new shards by themselves. Workers and `serve` end with exit status 75, to be started again by whoever supervises them; analytics with \
      --archive of the new archive. What is left of the old namespace is kept until --remove-remains.

        rides reshard --shards 64 --archive .rides/archive.sqlite --new-archive .rides/archive-64.sqlite
        rides reshard --cancel
        rides reshard --remove-remains rides
      """)

  @Option(help: "How many shards there are to be.")
  var shards: Int?

  @Option(
    help: "Where the archive of the new shards is made: a file, or the URL of a database; it must not be there yet.")
  var newArchive: String?

  @Option(help: "How long services may take to settle what is there.")
  var timeout = DurationArgument(.seconds(60))

  @Flag(help: "Have a namespace go on as it was whose reshard was killed.")
  var cancel = false

  @Option(help: "Remove logs and states of the namespace of this name, in whose place there is another one.")
  var removeRemains: String?

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var redis: NamespaceOptions

  func validate() throws {
    try Limit.check(shards: shards)
    guard [shards != nil, cancel, removeRemains != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("one of --shards, --cancel and --remove-remains")
    }
    if shards != nil, newArchive == nil {
      throw ValidationError("--new-archive: where the archive of the new shards is made")
    }
  }

  func run() async throws {
    do {
      if let removeRemains { return try await remove(removeRemains) }
      let (namespace, connection) = try await redis.openExisting()
      let succession = NamespaceSuccession(of: namespace, on: connection)
      if cancel {
        guard try await succession.isSealed() else {
          return Terminal.print("nothing to call off: '\(namespace.name)' is not sealed")
        }
        try await succession.alone { try await succession.reopen() }
        return Terminal.print("'\(namespace.name)' goes on as it was")
      }
      guard let shards, let newArchive else { return }
      guard shards != namespace.shardCount else {
        return Terminal.print("'\(namespace.name)' has \(shards) shards already")
      }
      let reshard = try Reshard(
        namespace: namespace, connection: connection, archive: archive.open(), newArchive: newArchive,
        services: ChosenServices.list)
      let (made, standstill) = try await reshard.run(shardCount: shards, patience: timeout.duration) {
        Terminal.progress("\($0)")
      }
      Terminal.endProgress()
      Terminal.print(
        "'\(redis.namespace)' has \(made.shardCount) shards now, as '\(made.name)'; nothing could be published for \(standstill.short). Start workers and serve again, analytics with --archive \(newArchive)"
      )
    } catch let refusal as Reshard.Refusal {
      Terminal.endProgress()
      throw Failure.refused(refusal.description)
    }
  }

  private func remove(_ name: String) async throws {
    let connection = try redis.connect()
    guard let count = try await Namespace.shardCount(ofGivenUp: name, on: connection) else {
      throw Failure.refused("'\(name)' has no successor, or is not there: nothing was removed")
    }
    try await NamespaceSuccession(of: Namespace(name, shardCount: count), on: connection).removeRemains()
    Terminal.print("removed what was left of '\(name)'")
  }
}
