public import EventArchive
public import EventStreams

/// Keeps every event of the log in the archive.
public struct AnalyticsService: Sendable {
  private let archive: Archive

  /// A service that stores into this archive.
  public init(archive: Archive) { self.archive = archive }

  /// The consumer group and its handler.
  public var service: EventService {
    EventService("analytics", storingIn: archive)
  }
}
