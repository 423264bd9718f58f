import EventStreams
import EventStreamsHTTP
import HiredisClient
import Logging

/// The four services that react to orders, none of which knows of another.
enum Shop {
  /// The events that may be published.
  static let catalog = EventCatalog([OrderPlaced.self, StockReceived.self])

  static let serviceNames = ["payment", "inventory", "email", "analytics"]

  static let subscriptions = serviceNames.compactMap { service($0)?.subscription }

  /// Pages and an HTTP API of the shop, which know no more of it than its events.
  static func server(
    at address: ListenAddress, _ namespace: String, _ redis: RedisURL, _ log: Logger
  ) throws -> HTTPService {
    try HTTPService(
      ServerSettings(address: address), deployment: Deployment(namespace, redis: redis), catalog: catalog,
      opening: { try await Namespace.open(namespace, shardCount: 1, services: subscriptions, on: $0) }, log: log)
  }

  /// Makes a service; nil if there is none with this name.
  ///
  /// - Parameter time: how long it works on an order, in place of the card processor, mail server and so on that it would call.
  static func service(_ name: String, taking time: Duration = .zero) -> EventService? {
    switch name {
    case "payment": payment(time)
    case "inventory": inventory(time)
    case "email": email(time)
    case "analytics": analytics(time)
    default: nil
    }
  }
}
