import EventArchive
public import EventStreams
public import EventStreamsOperations

/// What each party to rides may do in Redis.
public struct RideRights: Sendable {
  private let services: RideServices

  /// The rights of services, and of those who deal with them.
  public init(_ services: RideServices) {
    self.services = services
  }

  /// Those there are: the services, and what else people and programs do.
  public var names: [String] { services.names + ["publisher", "operator", "install"] }

  /// What one of them needs; nil if there is none of this name.
  public func rules(for name: String, in namespace: Namespace) -> AccessRules? {
    switch name {
    case "publisher": .publisher(in: namespace)
    case "operator": .observer(of: namespace)
    case "install": .installer(of: namespace)
    case _ where services.named(name) != nil:
      // Without the archive nothing is trimmed. One worker has the days of all services closed, for which it looks at what they keep.
      .worker(
        name, in: namespace, stores: name == services.archive.service, trims: name == services.archive.service,
        looks: name == services.keepingRides.first)
    default: nil
    }
  }
}
