import EventArchive
import EventStreams
import HiredisClient

/// Lets an archive be the one that analytics stores into, as it is now.
struct StoreAnchor {
  /// What stores into it.
  let service: String
  let namespace: Namespace
  let connection: Connection

  private var confirmation: StoreConfirmation {
    StoreConfirmation(service, namespace: namespace, connection: connection)
  }

  func adopt(_ archive: ArchiveReader) async throws {
    for (shard, mark) in try await archive.ends(Array(namespace.shards)) {
      try await confirmation.adopt(mark, shard: shard)
    }
    try await confirmation.adopt(archive.identity())
  }
}
