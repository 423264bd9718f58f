import ArgumentParser
import EventStreams
import RideHailing

struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Say what types of events there are, and what is in them.",
    subcommands: [DescribeCommand.self], defaultSubcommand: DescribeCommand.self)

  struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "describe",
      abstract: "List the types of events, or the fields of one: names, kinds, bounds, what is personal.",
      discussion: """
        What this program brings along, made of the lists that events are read and written by. A field of an object in a field is \
        written with a dot: fare.total. One that is personal says something about the person whom another field names.

          rides events describe
          rides events describe RIDE_COMPLETED
          rides events describe --format json
        """)

    @Argument(help: "A type of events: RIDE_COMPLETED; all if not given.")
    var type: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
      let services = ChosenServices.list
      let all = services.types.map { DescribedEvent($0, of: services) }.sorted { $0.type < $1.type }
      guard let type else { return output.write(all, Self.types(all), empty: "there are no types of events") }
      guard let event = all.first(where: { $0.type.hasSameBytes(as: type) }) else {
        throw Failure.usage("there is no type of events '\(type)'; see: rides events")
      }
      output.write([event], Self.fields(event.fields), empty: "")
    }

    private static func types(_ events: [DescribedEvent]) -> Table {
      var table = Table("TYPE", "VERSION", "TOPIC", "FIELDS", "PUBLISHED BY", "DELIVERED TO")
      for event in events {
        table.add(
          event.type, "\(event.version)", event.topic, "\(event.fields.count)",
          event.publishers.isEmpty ? "producers" : event.publishers.joined(separator: " "),
          event.readers.joined(separator: " "))
      }
      return table
    }

    private static func fields(_ fields: [FieldDescription]) -> Table {
      var table = Table("FIELD", "KIND", "MUST BE", "OPTIONAL", "PERSONAL OF")
      func add(_ fields: [FieldDescription], inside path: String) {
        for field in fields {
          table.add(
            path + field.name, field.kind, field.rule, field.isOptional ? "yes" : "", field.subject ?? "")
          add(field.fields, inside: "\(path)\(field.name).")
        }
      }
      add(fields, inside: "")
      return table
    }
  }
}
