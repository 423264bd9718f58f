import EventStreams
import RideHailing

/// The names of services that a command may be asked about.
enum KnownServices {
  /// Refuses a name that is none of this program's services, and that never ran on the topic either.
  static func check(_ name: String?, _ inspector: Inspector) async throws {
    let names = Set(names: RideServices.names)
    guard let name, !names.contains(name) else { return }
    let others = Set(names: try await inspector.status().map(\.service)).subtracting(names)
    guard !others.contains(name) else { return }
    let known = RideServices.names + others.sorted().map(\.text)
    throw Failure.usage("there is no service '\(name)'; there are \(known.joined(separator: ", "))")
  }
}
