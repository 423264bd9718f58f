public import EventArchive
public import EventStreams

/// Keeps every event of the log in the archive: that is its state, and what all others' is rebuilt from.
public struct AnalyticsService: RideService {
  /// `analytics`
  public static let name = "analytics"
  /// What it does.
  public static let summary = "keeps every event in the archive"
  /// It publishes nothing.
  public static let events: [any EventData.Type] = []
  /// All topics that there are and will be.
  public static let subscription = Subscription(name, topics: [Namespace.allTopics])

  private let archive: Archive

  /// A service that stores into this archive.
  public init(archive: Archive) { self.archive = archive }

  /// The consumer group and its handler.
  public var service: EventService { EventService(Self.name, storingIn: archive) }

  /// Stores into the file that is configured.
  public static func make(_ configuration: ServiceConfiguration, _ catalog: EventCatalog) throws -> EventService {
    AnalyticsService(archive: try Archive(path: configuration.archivePath, of: .rides(catalog))).service
  }
}
