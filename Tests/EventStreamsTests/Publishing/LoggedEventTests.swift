import Testing

@testable import EventStreams

@Suite("An event that was logged") struct LoggedEventTests {
  private static let json = Array(
    #"{"id":"GIFT:1","type":"GIFT","timestamp":"2026-04-03T10:30:00Z","key":"k","data":{"x":1.50,"loggedIn":"no"}}"#
      .utf8)

  private func read(_ json: [UInt8], shards: Int) -> (events: [EncodedEvent], problems: [String]) {
    var input = EventInput()
    let documents = input.read(json + [0x0a]) + input.finish()
    var problems: [String] = []
    let events = EventCatalog([Noted.self]).read(documents, for: Namespace("test", shardCount: shards)) {
      problems.append($1)
    }
    return (events, problems)
  }

  @Test(
    "and is of a type that nobody here knows can be logged again in its shard, byte for byte", arguments: [1, 8, 1024])
  func again(shards: Int) throws {
    for shard in Set([0, shards / 2, shards - 1]) {
      for count in [shards, nil] {
        let event = try #require(
          read(LoggedEvent.marked(Self.json, shard: shard, of: count), shards: shards).events.first)
        #expect(event.json == Self.json)
        #expect(event.id == "GIFT:1")
        #expect(Namespace("test", shardCount: shards).shard(of: event.shardKey) == shard)
      }
    }
  }

  @Test("is refused where there is no such shard, and without its mark")
  func refused() {
    #expect(read(Self.json, shards: 8).problems.first?.contains("is none of NOTED") == true)
    let other = read(LoggedEvent.marked(Self.json, shard: 4, of: 8), shards: 4)
    #expect(other.problems == ["loggedIn: it was in shard 4/8, and the namespace has 4 shards"])
    for place in ["", "/", "-1/8", "9223372036854775808/8", "4/8/8", "x"] {
      let marked = Self.json.dropLast() + Array(#","loggedIn":"\#(place)"}"#.utf8)
      #expect(read(Array(marked), shards: 8).problems.count == 1, "\(place)")
    }
  }
}
