import EventArchive
import EventStreams
import RideHailing

/// A row of the archive as it is exported.
struct ExportedEvent: JSONWritable {
  let row: ArchivedEvent
  let header: EventHeader?
  /// The event as it is written.
  let json: [UInt8]

  static let columns: [String?] = [
    "shard", "stream_id", "recorded_at", "id", "type", "key", "happened_at", "link", "hash", "event",
  ]

  var fields: [CSV.Field] {
    [
      .number("\(row.shard)"), .text(row.entryID.description), .text(row.entryID.recordedAt.description),
      .text(header?.id), .text(header?.type.rawValue), .text(header?.key), .text(header?.timestamp.description),
      .number(row.link.map { "\($0)" }), .text(row.hash?.description), .text(String(decoding: json, as: UTF8.self)),
    ]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("shard", row.shard)
      $0.field("entryId", row.entryID.description)
      $0.field("recordedAt", row.entryID.recordedAt)
      $0.field("id", header?.id)
      $0.field("type", header?.type.rawValue)
      $0.field("key", header?.key)
      $0.field("happenedAt", header?.timestamp)
      $0.field("link", row.link)
      $0.field("hash", row.hash?.description)
      if header == nil {
        $0.field("text", String(decoding: self.json, as: UTF8.self))
      } else {
        $0.field("event", Logged(bytes: self.json))
      }
    }
  }

  private struct Logged: JSONWritable {
    let bytes: [UInt8]

    func write(to json: inout JSONWriter) { json.raw(bytes) }
  }
}
