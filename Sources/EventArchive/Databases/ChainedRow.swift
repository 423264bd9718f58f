import EventStreams

/// An event with its place in its shard's chain, as it is stored.
package struct ChainedRow {
  let event: RecordedEvent
  /// Of its entry id.
  let milliseconds: Int64
  let sequence: Int64
  let link: ChainLink
}
