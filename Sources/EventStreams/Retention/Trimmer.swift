public import Redis

/// Removes what a retention policy lets go from a topic's logs.
public struct Trimmer: Sendable {
  private let topic: Topic
  private let connection: Connection

  /// A trimmer of a topic.
  public init(topic: Topic, connection: Connection) {
    self.topic = topic
    self.connection = connection
  }

  /// What became of one shard's log.
  public struct Result: Sendable, Hashable, JSONWritable {
    /// The shard.
    public let shard: Int
    /// Entries that were removed, or would be.
    public fileprivate(set) var removed = 0
    /// The group that keeps the next entry that is past its time; nil if none is.
    public fileprivate(set) var keptBy: String?

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("shard", shard)
        $0.field("removed", removed)
        $0.field("keptBy", keptBy)
      }
    }
  }

  /// Trims one shard's log, in steps that the server is busy with for a moment only.
  ///
  /// - Parameters:
  ///   - now: the time that ages are counted from.
  ///   - isDryRun: only counts what would be removed.
  public func trim(shard: Int, _ retention: Retention, now: Timestamp = .now(), isDryRun: Bool = false) async throws
    -> Result
  {
    var result = Result(shard: shard)
    var after = ""
    while true {
      let before = retention.maxAge.map { now.microsecondsSinceEpoch / 1000 - Int64($0.wholeMilliseconds) }
      let policy = [
        "1", topic.log(shard), String(max(0, before ?? 0)), String(retention.maxEntries ?? -1),
        String(Self.entriesPerCall),
      ]
      let answer = try await connection.strings(
        isDryRun
          ? ["FCALL_RO", FunctionLibrary.trimmable] + policy + [after, String(result.removed)]
          : ["FCALL", FunctionLibrary.trim] + policy)
      let removed = Int(answer[0]) ?? 0
      result.removed += removed
      if isDryRun { after = answer[1] }
      if removed < Self.entriesPerCall {
        result.keptBy = answer[2].isEmpty ? nil : answer[2]
        return result
      }
    }
  }

  private static let entriesPerCall = 1000
}
