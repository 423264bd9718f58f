import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct SurgeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "surge", abstract: "Show the price multipliers, highest first.",
    discussion: """
      Per geohash cell of about 1.2 km by 0.6 km and pool of cars; what is not shown is the plain price. Prices are made once a \
      minute in each city, of who looked at prices and asked for rides in the last five minutes, and of the cars that are vacant. \
      Demand and supply are those of when a price changed last.

        rides surge --city Paris
      """
  )

  @Option(help: "Only this city.")
  var city: String?

  @Option(help: "Only these cars: the pool's name, or usual.")
  var pool: String?

  @Option(help: "At most so many cells.")
  var limit = 50

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func validate() throws { try Limit.check(limit) }

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let cells = try await RideState(ServiceState(namespace: namespace, connection: connection)).cells(
      of: city, pool: pool
    )
    .prefix(limit)
    var table = Table("CITY", "CARS", "CELL", "MULTIPLIER", "DEMAND", "SUPPLY", "AS OF")
    for cell in cells {
      table.add(
        cell.multiplier.city, cell.multiplier.pool ?? "", cell.name, cell.factor, "\(cell.multiplier.demand)",
        "\(cell.multiplier.supply)", "\(cell.time)")
    }
    output.write(Array(cells), table, empty: "prices are plain everywhere")
  }
}
