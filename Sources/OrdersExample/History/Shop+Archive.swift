import EventArchive
import EventStreams

extension Shop {
  /// What an archive knows of the shop's events.
  static let archive = ArchiveDomain(
    service: "archive",
    catalog: EventCatalog([OrderPlaced.self, OrderRejected.self, OrderRefunded.self, StockReceived.self]))

  /// A service that keeps every event in a file: what is rebuilt and replayed is read from there when the log has it no longer, and who joins
  /// late begins with it.
  static func archiving(into path: String) throws -> EventService {
    EventService(archive.service, storingIn: try Archive(path: path, of: archive))
  }
}
