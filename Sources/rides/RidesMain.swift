import RideHailing
import RidesCLI

/// The program `rides`, with the six services.
@main enum RidesMain {
  static func main() async { await Program.run(.standard) }
}
