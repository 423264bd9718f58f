import ArgumentParser
import EventStreams
import RideHailing

struct ServicesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "services",
    abstract: "Say what services there are: what each does, and what it is delivered and publishes.",
    discussion: """
      What this program brings along, whether it runs or not: see `rides status` for how the services of a namespace are.

        rides services
        rides services --names
      """)

  @Flag(help: "Only the names, one a line, for scripts.")
  var names = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let services = ChosenServices.list.all.map(Row.init)
    if names { return services.forEach { Terminal.print($0.name) } }
    switch output.format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: services))
    case .table:
      var table = Table("SERVICE", "DOES", "TOPICS")
      for service in services { table.add(service.name, service.summary, service.topics.joined(separator: " ")) }
      Terminal.print(table)
    }
  }

  private struct Row: JSONWritable {
    let name: String
    let summary: String
    let topics: [String]
    let publishes: [String]

    init(_ service: any RideService.Type) {
      name = service.name
      summary = service.summary
      topics = service.subscription.topics
      publishes = service.events.map { $0.eventType.rawValue }
    }

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("service", name)
        $0.field("summary", summary)
        $0.field("topics", topics)
        $0.field("publishes", publishes)
      }
    }
  }
}
