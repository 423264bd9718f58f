/// The table of an archive, in SQL.
package enum ArchiveTable {
  /// Whether an event stands at an earlier place as well: it was published again after its publish window was lost.
  package static let isRepetition = """
    EXISTS (SELECT 1 FROM events AS earlier WHERE earlier.key = events.key AND earlier.id = events.id
      AND earlier.shard = events.shard
      AND (earlier.stream_ms, earlier.stream_seq) < (events.stream_ms, events.stream_seq))
    """

  static func insert(_ subject: ArchiveDomain.Subject?) -> String {
    """
    INSERT OR IGNORE INTO events
      (shard, stream_ms, stream_seq, id, type, key, happened_at_us, event, link, hash\(subject.map { ", \($0.name)" } ?? ""))
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?\(subject == nil ? "" : ", ?"))
    """
  }

  /// Where a shard's chain ends.
  static let head = "SELECT link, hash FROM chain_heads WHERE shard = ?"

  static let setHead = "INSERT OR REPLACE INTO chain_heads (shard, link, hash) VALUES (?, ?, ?)"

  /// Where events of some subjects stand, and others that have these keys.
  ///
  /// - Parameters:
  ///   - marks: the subjects, as parameters; twice, if the archive knows events whose key is not their subject.
  ///   - subject: nil if it does not.
  static func places(of marks: String, _ subject: ArchiveDomain.Subject?) -> String {
    let places = "SELECT shard, stream_ms, stream_seq FROM events INDEXED BY"
    let byKey = "\(places) events_by_key WHERE key IN (\(marks))"
    return subject.map { "\(byKey) UNION \(places) \(index(of: $0)) WHERE \($0.name) IN (\(marks))" } ?? byKey
  }

  static func index(of subject: ArchiveDomain.Subject) -> String { "events_by_\(subject.name)" }
}
