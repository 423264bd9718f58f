import EventStreams
import RideHailing

/// The names of services that a command may be asked about.
enum KnownServices {
  /// Refuses a name that is none of this program's services, and that never ran on the topic either.
  static func check(_ name: String?, _ inspector: Inspector) async throws {
    guard let name, !RideServices.names.contains(name) else { return }
    let known =
      RideServices.names + Set(try await inspector.status().map(\.service)).subtracting(RideServices.names).sorted()
    guard !known.contains(name) else { return }
    throw Failure.usage("there is no service '\(name)'; there are \(known.joined(separator: ", "))")
  }
}
