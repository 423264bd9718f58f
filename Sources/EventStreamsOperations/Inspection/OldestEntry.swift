public import EventStreams

/// The entry that a service has not settled for longest in a shard.
public struct OldestEntry: Sendable, Hashable, JSONWritable {
  /// The topic that it stands in.
  public let topic: String
  /// Its place in the log; its time is when it was added.
  public let entryID: EntryID
  /// How long ago it was delivered to the worker that has it now; nil if it was not delivered yet.
  public let handling: Duration?

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("topic", topic)
      $0.field("entryId", entryID.description)
      $0.field("recordedAt", entryID.recordedAt)
      $0.field("handlingMs", handling?.wholeMilliseconds)
    }
  }
}
