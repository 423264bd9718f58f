import EventStreams
import EventStreamsOperations
import Redis

/// Waits for the event that tells what became of another one.
struct OutcomeWait {
  let namespace: Namespace
  let connection: Connection
  let patience: Duration

  /// The first of some events that is logged after a place; nil if none is within the time given.
  ///
  /// - Parameter ids: the events' ids.
  func first(of ids: [String], shard: Int, after place: EntryID) async throws -> (
    header: EventHeader, json: [UInt8]
  )? {
    let inspector = Inspector(namespace: namespace, connection: connection)
    let deadline = ContinuousClock.now + patience
    var last = place
    let wanted = Set(names: ids)
    while true {
      let page = try await inspector.entries(shard: shard, after: last, limit: 500)
      for entry in page {
        last = entry.id
        // What is no event is not waited for.
        let header = try? EventHeader(ofEvent: entry.json.span, fallbackID: "")
        if let header, wanted.contains(header.id) { return (header, entry.json) }
      }
      if page.isEmpty {
        guard ContinuousClock.now < deadline else { return nil }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }
}
