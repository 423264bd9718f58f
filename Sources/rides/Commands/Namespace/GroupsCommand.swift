import ArgumentParser
import EventStreams
import EventStreamsOperations

struct GroupsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "groups", abstract: "List the consumer groups and what they hold back, or remove one.",
    subcommands: [ListCommand.self, RemoveCommand.self], defaultSubcommand: ListCommand.self)

  struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the consumer groups, with what the log keeps for them.",
      discussion: """
        A group that nobody has run for five minutes is shown as abandoned: the log keeps what it has not handled until \
        somebody runs it again, or removes it.
        """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var redis: NamespaceOptions

    func run() async throws {
      let (namespace, connection) = try await redis.find()
      let groups = try await Groups(namespace: namespace, connection: connection).list()
      var table = Table("GROUP", "TOPICS", "STATE", "WORKERS", "LAST RUN", "NEEDS", "KEEPS", "DEAD")
      for group in groups {
        table.add(
          group.name, group.topics == [Namespace.allTopics] ? "all" : group.topics.joined(separator: " "),
          group.isAbandoned ? "abandoned" : group.owners == 0 ? "stopped" : "running", "\(group.owners)",
          group.owners > 0 ? "now" : group.idle.map { "\($0.short) ago" } ?? "never", "\(group.lag + group.pending)",
          String(describing: ByteCount(group.bytes)), "\(group.dead)")
      }
      output.write(groups, table, empty: "no service has ever run on namespace '\(namespace.name)'")
    }
  }

  struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove",
      abstract: "Remove a group that nobody runs, with its position and its dead letters, for good.",
      discussion: """
        What the service has stored of its own stays, unless it is to go as well: balances, receipts, whatever it is. It can't be \
        removed while workers have it.

          rides groups remove loyalty --with-state --yes
        """)

    @Argument(help: "The group's name.")
    var name: String

    @Flag(help: "Remove what it has stored as well, for good.")
    var withState = false

    @Flag(help: "Do it; without, only say what would be lost.")
    var yes = false

    @OptionGroup var redis: NamespaceOptions

    func run() async throws {
      let (namespace, connection) = try await redis.openExisting()
      let groups = Groups(namespace: namespace, connection: connection)
      guard let group = try await groups.list().first(where: { $0.name == name }) else {
        throw Failure.refused("there is no group '\(name)'; see: rides groups")
      }
      let losses =
        "\(group.lag + group.pending) events it has not handled and \(group.dead) dead letters"
        + (withState ? ", and all that it has stored" : "")
      guard yes else {
        let command = "rides groups remove \(name)\(withState ? " --with-state" : "") --yes"
        throw Failure.refused("removing '\(name)' gives up \(losses); to do it: \(command)")
      }
      do {
        _ = try await groups.remove(name, withState: withState)
      } catch let error as GroupInUse {
        throw Failure.refused(error.description)
      }
      Terminal.print("removed '\(name)', and with it \(losses)")
    }
  }
}
