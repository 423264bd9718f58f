import EventStreams
import Foundation
import GRDB

/// Reads the archive, and can't change it.
struct ArchiveReader: Sendable {
  private let database: DatabaseQueue

  init(path: String) throws {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(30)
    database = try DatabaseQueue(path: path, configuration: configuration)
  }

  /// The rows of a shard after a place, at most so many.
  func rows(shard: Int, after id: StreamID, limit: Int) async throws -> [(id: StreamID, json: [UInt8])] {
    try await database.read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT stream_ms, stream_seq, event FROM events
          WHERE shard = ? AND (stream_ms, stream_seq) > (?, ?) ORDER BY stream_ms, stream_seq LIMIT ?
          """,
        arguments: [shard, Int64(clamping: id.milliseconds), Int64(clamping: id.sequence), limit])
      var found: [(id: StreamID, json: [UInt8])] = []
      while let row = try rows.next() {
        let id = StreamID(
          milliseconds: UInt64(clamping: row["stream_ms"] as Int64),
          sequence: UInt64(clamping: row["stream_seq"] as Int64))
        let text: String = row["event"]
        found.append((id, Array(text.utf8)))
      }
      return found
    }
  }
}
