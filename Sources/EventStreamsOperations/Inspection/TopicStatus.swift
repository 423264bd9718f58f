public import EventStreams

/// How one topic of a shard's log stands.
public struct TopicStatus: Sendable, Hashable, JSONWritable {
  /// The topic.
  public let topic: String
  /// Entries it holds.
  public let length: Int
  /// Entries that were ever added to it.
  public let added: Int
  /// The last one; nil if there is none.
  let last: EntryID?
  /// Why nothing is known of it; nil if that isn't so.
  public let problem: String?

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("topic", topic)
      $0.field("length", length)
      $0.field("problem", problem)
    }
  }
}
