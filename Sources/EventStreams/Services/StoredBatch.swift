/// Events that a service is to store, of shards that its worker owns.
struct StoredBatch: Sendable {
  let events: [RecordedEvent]
  let shards: [Int: OwnedShard]
}
