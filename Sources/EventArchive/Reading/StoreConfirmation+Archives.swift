public import EventStreams
public import HiredisClient

extension StoreConfirmation {
  /// Has the archives that are on this machine say what they hold; of those elsewhere it is for the workers to say that store into them.
  ///
  /// - Parameters:
  ///   - namespace: whose stores.
  ///   - connection: to where it is.
  ///   - domain: what is stored.
  public static func confirmStores(
    of namespace: Namespace, on connection: Connection, _ domain: ArchiveDomain
  ) async throws {
    for (service, store) in try await stores(of: namespace, on: connection) {
      guard let place = try? ArchivePlace(store.place), place.isFile,
        let archive = try? ArchiveReader(path: store.place, of: domain)
      else { continue }
      try await StoreConfirmation(service.text, namespace: namespace, connection: connection).confirm(archive)
    }
  }
}
