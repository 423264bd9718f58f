import EventStreams
import RideHailing

/// The names of services that a command may be asked about.
enum KnownServices {
  /// Refuses a name that is none of this program's services and has no group in Redis either.
  static func check(_ name: String?, _ inspector: Inspector) async throws {
    guard let name, !RideServices.names.contains(name) else { return }
    let others = try await inspector.services().filter { !RideServices.names.contains($0) }
    guard !others.contains(name) else { return }
    let known = (RideServices.names + others).joined(separator: ", ")
    throw Failure("there is no service '\(name)': it is one of \(known)", status: Failure.usage)
  }
}
