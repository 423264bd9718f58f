import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Testing

@Suite("Pages of what there is much of") struct PageTests {
  @Test("of pending entries, one after the other, hold each once, the oldest first, over shards and topics")
  func pending() async throws {
    try await TestBench.run(shards: 3) { bench in
      _ = try await bench.publish((0..<60).map { Noted("k\($0 % 4)", $0, place: bench.place(in: $0 % 3)) })
      for shard in bench.namespace.shards {
        let log = bench.namespace.log(shard)
        _ = try await bench.connection.call("XGROUP", "CREATE", log, "noting", "0")
        _ = try await bench.connection.call("XREADGROUP", "GROUP", "noting", "w\(shard)", "STREAMS", log, ">")
      }
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      func all(_ filter: Inspector.PendingFilter, limit: Int) async throws -> [PendingEntry] {
        var entries: [PendingEntry] = []
        var next: PendingPlace?
        repeat {
          let page = try await inspector.pending(filter, after: next, limit: limit)
          entries += page.entries
          next = try page.next.map { try #require(PendingPlace($0.description)) }
        } while next != nil
        return entries
      }
      let whole = try await inspector.pending(service: "noting", limit: 1000)
      #expect(whole.count == 60)
      #expect(whole.map(\.entryID) == whole.map(\.entryID).sorted())
      for limit in [1, 7, 60] {
        let paged = try await all(.init(service: "noting"), limit: limit)
        #expect(paged.map(\.header?.id) == whole.map(\.header?.id), "\(limit)")
      }
      var filter = Inspector.PendingFilter(service: "noting")
      filter.key = "k3"
      #expect(try await all(filter, limit: 4).count == 15)
      filter.consumer = "w0"
      let owned = whole.filter { $0.shard == 0 && $0.header?.key == "k3" }.count
      #expect(try await all(filter, limit: 4).count == owned)
      #expect(PendingPlace("nothing") == nil)
    }
  }

  @Test(
    "of dead letters hold each once, with a filter and as of a moment; one is found by its name, and they are counted")
  func letters() async throws {
    try await TestBench.run(shards: 2) { bench in
      var service = EventService("strict")
      service.on(Noted.self) { event in throw Unprocessable(event.data.number % 3 == 0 ? "bad" : "worse") }
      let dead = DeadLetters(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(service)]) {
        _ = try await bench.publish((0..<30).map { Noted("k\($0)", $0, place: bench.place(in: $0 % 2)) })
        try await bench.settled("strict")
        _ = try await bench.publish([Noted("k0", 100, place: bench.place(in: 0))])
        try await bench.settled("strict")
      }
      func all(_ filter: LetterFilter, limit: Int) async throws -> [DeadLetter] {
        var letters: [DeadLetter] = []
        var next: LetterName?
        repeat {
          let page = try await dead.page(service: "strict", filter, after: next, limit: limit)
          letters += page.letters
          next = page.next
        } while next != nil
        return letters
      }
      let whole = try await dead.list(service: "strict")
      #expect(whole.count == 31)
      for limit in [1, 4, 31, 100] {
        #expect(try await all(LetterFilter(), limit: limit).map(\.name) == whole.map(\.name), "\(limit)")
      }
      var filter = LetterFilter()
      filter.reason = "bad"
      filter.isParked = false
      #expect(try await all(filter, limit: 3).count == 10)
      filter.key = "k3"
      #expect(try await all(filter, limit: 3).map(\.key) == ["k3"])
      filter.type = "OTHER"
      #expect(try await all(filter, limit: 3).isEmpty)

      let name = whole[4].name
      #expect(try await dead.letter(name, service: "strict")?.key == whole[4].key)
      #expect(try await dead.letter(LetterName(shard: 7, id: name.id), service: "strict") == nil)

      // What comes after a moment is not of it.
      let last = try await dead.last(service: "strict")
      #expect(last == whole.map(\.id).max())
      let first = try #require(whole.map(\.id).min())
      #expect(try await dead.all(service: "strict", LetterFilter(), through: last).count == 31)
      #expect(try await dead.all(service: "strict", LetterFilter(), through: first.previous).isEmpty)

      let byReason = try await dead.groups(service: "strict", by: .reason)
      #expect(byReason.isWhole && byReason.groups.first { $0.value == "worse" }?.count == 20)
      let byKey = try await dead.groups(service: "strict", by: .key)
      #expect(byKey.groups.first?.value == "k0" && byKey.groups.first?.count == 2 && byKey.looked == 31)
      #expect(try await dead.groups(service: "strict", by: .type).groups.map(\.value) == ["NOTED"])
      // Of many the newest are looked at, in each shard its share, and it is said how many there are.
      let some = try await dead.groups(service: "strict", by: .reason, lookingAt: 10)
      #expect(!some.isWhole && some.total == 31 && (1...13).contains(some.looked))
      #expect(some.groups.reduce(0) { $0 + $1.count } == some.looked)
      #expect(some.groups.map(\.last).contains(byReason.groups.compactMap(\.last).max()))
      let errors = try await Inspector(namespace: bench.namespace, connection: bench.connection).errors(of: "strict")
      #expect(errors.isWhole && errors.counts.map(\.reason) == byReason.groups.map(\.value))
      #expect(errors.counts.map(\.dead) == byReason.groups.map(\.count))
      #expect(try await dead.discard(whole) == 31)
      #expect(try await dead.last(service: "strict") == .zero)
    }
  }

  @Test("of events hold each once, the newest first, over shards and topics, however they are cut")
  func events() async throws {
    try await TestBench.run(shards: 3) { bench in
      for turn in 0..<5 {
        _ = try await bench.publish(
          (0..<30).map { Noted("k\($0 % 4)", turn * 30 + $0, place: bench.place(in: $0 % 3)) })
      }
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      func all(_ filter: EventFilter, limit: Int) async throws -> [EventPage.Found] {
        var events: [EventPage.Found] = []
        var next: LogPlace?
        repeat {
          let page = try await inspector.events(filter, before: next, limit: limit)
          events += page.events
          next = try page.next.map { try #require(LogPlace($0.description)) }
        } while next != nil
        return events
      }
      let whole = try await all(EventFilter(), limit: 1000)
      #expect(whole.count == 150 && whole.map(\.place) == whole.map(\.place).sorted(by: >))
      for limit in [1, 7, 149, 150] {
        #expect(try await all(EventFilter(), limit: limit).map(\.place) == whole.map(\.place), "\(limit)")
      }
      var filter = EventFilter()
      filter.key = "k1"
      #expect(try await all(filter, limit: 10).count == whole.filter { $0.header?.key == "k1" }.count)
      filter.type = "NOTHING"
      #expect(try await all(filter, limit: 10).isEmpty)
      filter = EventFilter()
      filter.to = whole[0].place.entryID.recordedAt
      #expect(
        try await all(filter, limit: 10).allSatisfy { $0.place.entryID.recordedAt < whole[0].place.entryID.recordedAt })
      filter.from = filter.to
      #expect(try await all(filter, limit: 10).isEmpty)

      let event = whole[17]
      let id = try #require(event.header?.id)
      #expect(try await inspector.events(withID: id).map(\.place) == [event.place])
      #expect(try await inspector.event(at: event.place)?.header?.id == id)
      #expect(try await inspector.events(withID: "nothing").isEmpty)
    }
  }
}
