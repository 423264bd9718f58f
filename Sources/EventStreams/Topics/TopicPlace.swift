/// An entry of a shard's log and the topic that it stands in.
public struct TopicPlace: Sendable, Hashable {
  /// The topic.
  public let topic: String
  /// The entry.
  public let id: EntryID

  /// A place.
  public init(topic: String, id: EntryID) {
    self.topic = topic
    self.id = id
  }
}
