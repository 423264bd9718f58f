import RideHailing
import RidesCLI

/// The program `rides` with a seventh service: what it takes to add one is this line, and the folder beside it.
@main enum LoyaltyRides {
  static let services = RideServices(RideServices.standard.all + [LoyaltyService.self])

  static func main() async { await Program.run(services) }
}
