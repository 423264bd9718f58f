import EventStreams
import EventStreamsOperations
import HiredisClient

/// Waits for the event that tells what became of another one.
struct OutcomeWait {
  let namespace: Namespace
  let connection: Connection
  let patience: Duration

  /// The first of some events that is logged after another one.
  ///
  /// - Parameters:
  ///   - ids: the events' ids.
  ///   - published: what is to become one of them.
  ///   - name: what that is called, for people.
  /// - Throws: `Failure.timeout` if there is none within the time given.
  func first(of ids: [String], after published: PublishedEvent, called name: String) async throws -> (
    header: EventHeader, json: [UInt8]
  ) {
    let inspector = Inspector(namespace: namespace, connection: connection)
    let deadline = ContinuousClock.now + patience
    var last = published.entryID
    let wanted = Set(names: ids)
    while true {
      let page = try await inspector.entries(shard: published.shard, after: last, limit: 500)
      for entry in page {
        last = entry.id
        // What is no event is not waited for.
        let header = try? EventHeader(ofEvent: entry.json.span, fallbackID: "")
        if let header, wanted.contains(header.id) { return (header, entry.json) }
      }
      if page.isEmpty {
        guard ContinuousClock.now < deadline else {
          throw Failure.timeout(
            "the \(name) is published (entry \(published.entryID)), but was not handled within \(patience.short)")
        }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }
}
