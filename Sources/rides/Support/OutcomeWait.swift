import EventStreams
import Redis

/// Waits for the event that tells what became of another one.
struct OutcomeWait {
  let topic: Topic
  let connection: Connection
  let patience: Duration

  /// The first of some events that is logged after a place; nil if none is within the time given.
  ///
  /// - Parameter ids: the events' ids.
  func first(of ids: Set<String>, shard: Int, after place: StreamID) async throws -> EventHeader? {
    let inspector = Inspector(topic: topic, connection: connection)
    let deadline = ContinuousClock.now + patience
    var last = place
    var parser = JSONParser()
    while true {
      let page = try await inspector.entries(shard: shard, after: last, limit: 500)
      for entry in page {
        last = entry.id
        if let header = try? Self.header(of: entry.json, &parser), ids.contains(header.id) { return header }
      }
      if page.isEmpty {
        guard ContinuousClock.now < deadline else { return nil }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  private static func header(of json: [UInt8], _ parser: inout JSONParser) throws(JSONError) -> EventHeader {
    var object = try parser.parse(json.span).object()
    return try EventHeader(from: &object, fallbackID: "")
  }
}
