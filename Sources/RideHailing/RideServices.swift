import EventArchive
public import EventStreams

/// The six services that react to rides, none of which knows of another.
public struct RideServices: Sendable {
  /// What the services need from outside.
  public struct Configuration: Sendable {
    /// Where analytics keeps its SQLite file.
    public var archivePath: String
    /// The Maildir that receipts are delivered into.
    public var outboxPath: String
    /// How cards are charged.
    public var gateway: any PaymentGateway
    /// The platform's share, in hundredths of a percent.
    public var commissionBasisPoints: Int

    /// A configuration.
    public init(
      archivePath: String = ".rides/archive.sqlite", outboxPath: String = ".rides/outbox",
      gateway: any PaymentGateway = SandboxGateway(),
      commissionBasisPoints: Int = DriverService.standardCommissionBasisPoints
    ) {
      self.archivePath = archivePath
      self.outboxPath = outboxPath
      self.gateway = gateway
      self.commissionBasisPoints = commissionBasisPoints
    }
  }

  /// The services' names, in the order they are shown.
  public static let names = ["payment", "driver", "rating", "analytics", "surge", "notification"]

  /// The services and the topics that they are delivered, in the same order.
  public static let subscriptions = [
    PaymentService(gateway: SandboxGateway()).service.subscription, DriverService().service.subscription,
    RatingService().service.subscription, Subscription(ArchiveDomain.rides.service, topics: [Namespace.allTopics]),
    SurgeService().service.subscription, NotificationService(outbox: nil).service.subscription,
  ]

  /// Makes one service; nil if there is none with this name.
  public static func service(_ name: String, _ configuration: Configuration) throws -> EventService? {
    switch name {
    case "payment": PaymentService(gateway: configuration.gateway).service
    case "driver": DriverService(commissionBasisPoints: configuration.commissionBasisPoints).service
    case "rating": RatingService().service
    case "analytics": AnalyticsService(archive: try Archive(path: configuration.archivePath, of: .rides)).service
    case "surge": SurgeService().service
    case "notification": NotificationService(outbox: Maildir(configuration.outboxPath)).service
    default: nil
    }
  }
}
