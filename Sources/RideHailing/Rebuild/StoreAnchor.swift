import EventStreams
import Redis

/// Lets an archive be the one that analytics stores into, as it is now.
struct StoreAnchor {
  let topic: Topic
  let connection: Connection

  private var confirmation: StoreConfirmation {
    StoreConfirmation(ShardHistory.archiveGroup, topic: topic, connection: connection)
  }

  func adopt(_ archive: ArchiveReader) async throws {
    for (shard, mark) in try await archive.ends(Array(topic.shards)) {
      try await confirmation.adopt(mark, shard: shard)
    }
    try await confirmation.adopt(archive.identity())
  }
}
