import ArgumentParser
import EventStreams
import RideHailing

struct PublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Publish events: from a file, from standard input, or simulated ones.",
    discussion: """
      An event is {"type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:30:00Z","data":{…}}, with "id" and "key" optional. The \
      input is one event a line, one JSON array, or events over several lines. Events that are wrong are rejected with their \
      place and the reason, the others are published. Publishing the same events again adds nothing.

        rides publish rides.ndjson
        tail -f trips.log | rides publish
        rides publish --simulate 5000 --rate 200 --cities "London,Paris" --seed 7

      Exit status: 1 if any event was rejected.
      """)

  @Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"))
  var file: String?

  @Option(help: ArgumentHelp("Publish so many simulated rides instead, two events each.", valueName: "rides"))
  var simulate: Int?

  @Option(help: ArgumentHelp("Simulated rides a second; as fast as possible if not given.", valueName: "rides"))
  var rate: Double?

  @Option(help: ArgumentHelp("Where they are: names with commas between them; everywhere if not given.", valueName: "list"))
  var cities: CityList?

  @Option(help: ArgumentHelp("Makes the same rides as another run with the same seed; a new one if not given.",
    valueName: "number"))
  var seed: UInt64?

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let simulate {
      guard file == nil else { throw ValidationError("either a file or --simulate, not both") }
      guard simulate > 0 else { throw ValidationError("--simulate must be at least 1") }
    } else if rate != nil || cities != nil || seed != nil {
      throw ValidationError("--rate, --cities and --seed need --simulate")
    }
    if let rate, !(rate > 0 && rate.isFinite) { throw ValidationError("--rate must be more than 0") }
  }

  func run() async throws {
    let reader = try simulate == nil ? InputReader(path: file ?? "-") : nil
    let connection = try await common.connect("publish")
    let topic = try await common.openTopic(on: connection)
    var publication = Publication(topic: topic, connection: connection)
    if let reader {
      if reader.isTerminal { Terminal.note("reading events from standard input; Ctrl-D ends it") }
      var source = InputSource(reader: reader, catalog: EventCatalog(RideEvents.types))
      try await publication.publish { try await source.next() }
      publication.summary(rejected: source.rejected).show(output)
      if source.rejected > 0 { throw ExitCode(1) }
    } else {
      let seed = seed ?? UInt64.random(in: 1...999_999)
      var source = SimulationSource(
        seed: seed, cities: cities?.cities ?? SimulatedCity.all, count: simulate ?? 0, rate: rate)
      try await publication.publish { try await source.next() }
      publication.summary(rejected: 0, seed: seed).show(output)
    }
  }
}

/// Names of simulated cities, with commas between them.
struct CityList: ExpressibleByArgument {
  let cities: [SimulatedCity]

  init?(argument: String) {
    var cities: [SimulatedCity] = []
    for name in argument.split(separator: ",") {
      let wanted = name.drop { $0 == " " }.lowercased()
      guard let city = SimulatedCity.all.first(where: { $0.name.lowercased() == wanted }) else { return nil }
      cities.append(city)
    }
    guard !cities.isEmpty else { return nil }
    self.cities = cities
  }

  static var allValueStrings: [String] { SimulatedCity.all.map(\.name) }
}
