import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("What reads of a shard's topics give out") struct MergedReadingTests {
  private static let topics = [Namespace.standardTopic, Remarked.topic]

  private struct Reads {
    let bench: TestBench
    let shard: OwnedShard

    init(_ bench: TestBench) {
      self.bench = bench
      shard = OwnedShard(
        number: 0, epoch: 1, topics: topics, subscription: Subscription("both", topics: topics),
        reader: CommittedState(namespace: bench.namespace, service: "both", connection: bench.connection))
    }

    /// Publishes events, `n` for one of the standard topic and `r` for one of the other; returns their places.
    func publish(_ kinds: [Character]) async throws -> [EntryID] {
      let events = kinds.enumerated().map { $1 == "n" ? EncodedEvent(Noted("k", $0)) : EncodedEvent(Remarked("k", $0)) }
      let ids = try await bench.publisher.publish(events).map(\.entryID)
      for topic in topics {
        _ = try await bench.connection.call(
          "XGROUP", "CREATE", bench.namespace.log(0, topic), "both", "0", "MKSTREAM")
      }
      return ids
    }

    /// Reads so much of each of some topics; nil for nothing. The last of the topics that may have more, too.
    func read(_ wanted: [Int] = [0, 1], count: Int) async throws -> (page: Page?, cutAt: EntryID?) {
      var commands = Commands()
      let streams = wanted.map { bench.namespace.log(0, topics[$0]) } + wanted.map { _ in ">" }
      commands.append(["XREADGROUP", "GROUP", "both", "w", "COUNT", "\(count)", "STREAMS"] + streams)
      return Self.page(
        try await bench.connection.send(commands), wanted.map { ($0, bench.namespace.log(0, topics[$0])) }, shard, count
      )
    }

    private static func page(
      _ replies: consuming Replies, _ wanted: [(topic: Int, stream: String)], _ shard: OwnedShard, _ count: Int
    ) -> (page: Page?, cutAt: EntryID?) {
      var parts: [Page.Part] = []
      let streams = replies[0].isNil ? 0 : replies[0].count
      for stream in 0..<streams {
        guard let found = wanted.first(where: { replies[0][stream][0].isEqual(to: $0.stream) }) else { continue }
        parts.append(Page.Part(topic: found.topic, stream: stream, count: replies[0][stream][1].count))
      }
      guard !parts.isEmpty else { return (nil, nil) }
      let answer = Page.Answer(replies)
      let cutAt = parts.filter { $0.count >= count }.map { answer.last(of: $0) }.min()
      return (Page(of: answer, parts, shard: shard), cutAt)
    }
  }

  private func ids(_ page: Page?) -> [EntryID] { page.map { page in (0..<page.count).map(page.id) } ?? [] }

  @Test("is handled in the order of the log, all of it, wherever reads cut one of them short")
  func order() async throws {
    try await TestBench.run(shards: 1) { bench in
      let reads = Reads(bench)
      for _ in 0..<30 {
        _ = try await bench.connection.call(["DEL"] + Self.topics.map { bench.namespace.log(0, $0) })
        _ = try await bench.connection.call("DEL", bench.namespace.seen(0))
        for window in try await bench.connection.strings(["KEYS", "\(bench.namespace.seen(0)):*"]) {
          _ = try await bench.connection.call("DEL", window)
        }
        let kinds = (0..<Int.random(in: 1...40)).map { _ in Int.random(in: 0..<3) == 0 ? Character("n") : "r" }
        let published = try await reads.publish(kinds)
        var merged = MergedReading()
        var given: [EntryID] = []
        while true {
          let (page, cutAt) = try await reads.read(count: Int.random(in: 1...4))
          given += ids(merged.merge(page, of: reads.shard, cutAt: cutAt))
          guard page != nil else { break }
        }
        #expect(given == published, "\(String(kinds))")
        #expect(merged.load.events == 0 && merged.load.bytes == 0)
      }
    }
  }

  @Test("waits for the next read where it may be of one topic alone, and goes with it")
  func partial() async throws {
    try await TestBench.run(shards: 1) { bench in
      let reads = Reads(bench)
      let published = try await reads.publish(Array("nrnr"))
      var merged = MergedReading()
      let woken = try await reads.read([1], count: 10)
      #expect(merged.merge(woken.page, of: reads.shard, cutAt: woken.cutAt, isSnapshot: false) == nil)
      #expect(merged.load.events == 2)
      let next = try await reads.read(count: 10)
      let all = merged.merge(next.page, of: reads.shard, cutAt: next.cutAt)
      #expect(ids(all) == published)
      // However the topics alternate, a commit names no more seams than there were reads of them.
      #expect(all?.runs.count == 2)
      #expect(merged.load.events == 0)
    }
  }

  @Test("is refused by the shard's owner where it comes before what it was given, of whichever topic")
  func tooLate() async throws {
    try await TestBench.run(shards: 1) { bench in
      let reads = Reads(bench)
      _ = try await reads.publish(Array("rnr"))
      let (earlier, noted, later) = try await (
        reads.read([1], count: 1), reads.read([0], count: 1), reads.read([1], count: 1)
      )
      let pages = try [earlier, noted, later].map { try #require($0.page) }
      var inOrder = CommitQueue(reads.shard, style: CommitBatch.Style(), delivered: .zero)
      let areTaken = pages.map { inOrder.give($0) }
      #expect(areTaken == [true, true, true])
      var moved = CommitQueue(reads.shard, style: CommitBatch.Style(), delivered: .zero)
      let areTakenAsMoved = [pages[1], pages[0], pages[2]].map { moved.give($0) }
      #expect(areTakenAsMoved == [true, false, true])
    }
  }
}
