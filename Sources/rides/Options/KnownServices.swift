import EventStreams
import EventStreamsOperations

/// The names of services that a command may be asked about.
enum KnownServices {
  /// Refuses a name that is none of the namespace's services, and that never ran on it either.
  static func check(_ name: String?, _ inspector: Inspector) async throws {
    if let name { try check(name, try await inspector.overview()) }
  }

  /// Refuses a name that is none of the namespace's services, and that never ran on it either.
  static func check(_ name: String, _ status: NamespaceStatus) throws {
    let known = status.allServices
    guard !Set(names: known).contains(name) else { return }
    throw Failure.usage("there is no service '\(name)'; there are \(known.joined(separator: ", "))")
  }
}
