public import EventStreams

/// What the archive holds of one shard.
public struct ArchiveSummary: Sendable, JSONWritable {
  /// The shard.
  public let shard: Int
  /// Rows.
  public let rows: Int
  /// The place of the first row; nil if there is none.
  public let first: EntryID?
  /// The place of the last row; nil if there is none.
  public let last: EntryID?
  /// Where the chain ends; nil if the rows are not chained.
  public let head: ChainLink?
  /// Events of the log that the archive does not have yet; nil if nobody looked.
  public var behind: Int?

  init(shard: Int, rows: Int, first: EntryID?, last: EntryID?, head: ChainLink?) {
    self.shard = shard
    self.rows = rows
    self.first = first
    self.last = last
    self.head = head
  }

  /// A shard of which it holds nothing.
  public init(shard: Int) { self.init(shard: shard, rows: 0, first: nil, last: nil, head: nil) }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("shard", shard)
      $0.field("rows", rows)
      $0.field("firstId", first?.description)
      $0.field("firstRecordedAt", first?.recordedAt)
      $0.field("lastId", last?.description)
      $0.field("lastRecordedAt", last?.recordedAt)
      $0.field("headLink", head?.number)
      $0.field("headHash", head?.hash.description)
      $0.field("behind", behind)
    }
  }
}
