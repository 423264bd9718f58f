import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct ArrearsListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the rides for which something is owed, by rider.")

  @Option(help: "Only what this rider owes.")
  var rider: String?

  @Option(help: "Only what is owed in this city.")
  var city: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let owed = try await RideState(ServiceState(namespace: namespace, connection: connection)).arrears(
      of: rider, in: city)
    var table = Table("RIDER", "RIDE", "CITY", "ENDED", "OWED")
    for arrear in owed {
      table.add(arrear.rider, arrear.ride.ride, arrear.ride.city, "\(arrear.ride.at)", "\(arrear.ride.money)")
    }
    output.write(owed, table, empty: "nothing is owed")
  }
}
