public import RideHailing

/// The program `rides`, for whoever has more services than it brings along.
public enum Program {
  /// Does what the command line says, with these services, and ends the process if that fails.
  public static func run(_ services: RideServices) async {
    await ChosenServices.$list.withValue(services) { await Rides.main() }
  }
}
