import EventStreamsHTTP
import ServiceLifecycle

/// Serves at an address or, if somebody listens there already, at any other port: for whom pages are not the main thing.
struct ServingSomewhere: Service {
  let host: String
  let port: Int
  let server: @Sendable (ListenAddress) throws -> HTTPService

  func run() async throws {
    do {
      try await server(.tcp(host: host, port: port)).run()
    } catch {
      guard HTTPService.isAddressTaken(error) else { throw error }
      try await server(.tcp(host: host, port: 0)).run()
    }
  }
}
