import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct ScheduledCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scheduled", abstract: "List or cancel events that wait until they are due.",
    discussion: """
      An event that is published with --due, or by a service for later, waits in Redis. Any worker of the namespace moves it into the \
      log within a second of the time by the server's clock; without a worker it waits on. While it waits its id is known: \
      publishing or scheduling it again adds nothing.

        rides publish reminders.ndjson --due +10m
        rides scheduled list
        rides scheduled cancel RIDE_RATED:r-1001
      """,
    subcommands: [ListCommand.self, CancelCommand.self], defaultSubcommand: ListCommand.self)

  struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the events that wait, the next that is due first.")

    @Option(help: "At most so many events, the next that are due.")
    var limit = 100

    @OptionGroup var output: OutputOptions
    @OptionGroup var redis: NamespaceOptions

    func validate() throws {
      try Limit.check(limit, atLeast: 1)
    }

    func run() async throws {
      let (namespace, connection) = try await redis.find()
      let inspector = Inspector(namespace: namespace, connection: connection)
      let events = try await inspector.scheduled(limit: limit)
      var table = Table("DUE", "WAITS", "TYPE", "EVENT", "KEY", "SHARD", "SCHEDULED")
      for event in events {
        table.add(
          "\(event.due)", event.wait, "\(event.header?.type ?? "?")", event.id, event.header?.key ?? "?",
          "\(event.shard)",
          "\((Timestamp.now() - event.recordID.recordedAt).short) ago")
      }
      output.write(events.map { Sealed($0) }, table, empty: "nothing is scheduled")
      let count = try await inspector.scheduledCount()
      if events.count < count, events.count == limit {
        Terminal.error("\(count) events wait; --limit \(count) lists them all")
      }
    }
  }

  struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cancel", abstract: "Cancel events that wait: they are not published, and their ids are free again.",
      discussion: "Exit status: 0 all of them waited; 1 some did not, and are named.")

    @Argument(help: "Events, by their ids, as `list` shows them.")
    var events: [String]

    @OptionGroup var redis: NamespaceOptions

    func run() async throws {
      let (namespace, connection) = try await redis.openExisting()
      let waited = try await Publisher(namespace: namespace, connection: connection).cancel(events)
      let missing = zip(events, waited).filter { !$0.1 }.map(\.0)
      if missing.count < events.count { Terminal.print("cancelled \(events.count - missing.count) events") }
      guard missing.isEmpty else {
        throw Failure.refused(
          "\(missing.joined(separator: ", ")): no such event waits, it was published or cancelled before, or never scheduled"
        )
      }
    }
  }
}

extension ScheduledEvent {
  /// How long it still waits, for people.
  var wait: String {
    let wait = due - Timestamp.now()
    return wait > .zero ? "in \(wait.short)" : "overdue by \((.zero - wait).short)"
  }
}
