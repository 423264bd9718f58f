import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("An event of an older version") struct OldVersionTests {
  private static func text(_ event: EncodedEvent) -> String { String(decoding: event.json, as: UTF8.self) }

  private static func event(version: Int, data: String) -> String {
    #"{"id":"e","type":"NOTED","version":\#(version),"timestamp":"2026-04-03T10:30:00Z","key":"k","data":\#(data)}"#
  }

  @Test("is lifted step by step to what its type says now")
  func steps() throws {
    for event in [
      EncodedEvent(Noted("k", 7)), EncodedEvent(Noted2("k", 7)), EncodedEvent(Noted3("k", 7)),
    ] {
      let data = try Noted3(ofEvent: event.json.span)
      #expect(data.name == "k")
      #expect(data.number == "7")
    }
    #expect(try Noted2(ofEvent: EncodedEvent(Noted("k", 7)).json.span).number == "7")
  }

  @Test("is refused if that can't be, and so is a version that can't be known: with the field, and at once")
  func refused() {
    for (event, problem) in [
      (Self.event(version: 1, data: #"{"key":"k"}"#), "data.number: is missing"),
      (Self.event(version: 1, data: #"[1]"#), "data: expected an object, found an array"),
      (Self.event(version: 2, data: #"{"number":"7"}"#), "data.name: is missing"),
      (Self.event(version: 4, data: "{}"), "version: NOTED version 4 is newer than is known here (3)"),
      (Self.event(version: 0, data: "{}"), "version: 0 is less than 1"),
      (Self.event(version: .min, data: "{}"), "version: \(Int.min) is less than 1"),
    ] {
      #expect("\(#expect(throws: JSONError.self) { try Noted3(ofEvent: event.utf8.span) }!)" == problem)
      #expect(
        "\(#expect(throws: JSONError.self) { try EventCatalog([Noted3.self]).read(event.utf8.span) }!)" == problem)
    }
  }

  @Test("is published as it was written, with the id, key and shard of what it means now")
  func published() throws {
    let old = #"{"type":"NOTED","timestamp":"2026-04-03T10:30:00Z","data":{"key":"k","number":7,"more":1.10}}"#
    let event = try EventCatalog([Noted3.self]).read(old.utf8.span)
    #expect(
      Self.text(event)
        == #"{"id":"NOTED:k:7","type":"NOTED","timestamp":"2026-04-03T10:30:00Z","key":"k","data":{"key":"k","number":7,"more":1.10}}"#
    )
    let second = try EventCatalog([Noted3.self]).read(EncodedEvent(Noted2("k", 7)).json.span)
    #expect(Self.text(second).contains(#""version":2,"#))
    #expect(Self.text(second).contains(#""data":{"key":"k","number":"7"}"#))
  }

  @Test("shows its data as it is now, to who asks many types the same")
  func shown() throws {
    func name(_ event: EncodedEvent, _ catalog: EventCatalog) throws -> [String] {
      try catalog.withData(ofEvent: event.json.span) { (data) throws(JSONError) in try JSONFields(from: data).names }
    }
    let catalog = EventCatalog([Noted3.self])
    for event in [EncodedEvent(Noted3("k", 7)), EncodedEvent(Noted2("k", 7))] {
      #expect(Set(try name(event, catalog)) == ["name", "number"])
    }
    // Of a type that isn't known, or newer than is known, as it is.
    #expect(try name(EncodedEvent(Noted2("k", 7)), EventCatalog([])) == ["key", "number"])
    #expect(try name(EncodedEvent(Noted3("k", 7)), EventCatalog([Noted2.self])) == ["name", "number"])
    #expect(throws: NewerEvent.self) {
      try EventCatalog([Noted2.self]).checkVersion(
        of: EventHeader(ofEvent: EncodedEvent(Noted3("k", 7)).json.span, fallbackID: ""))
    }
  }

  private static func service(_ concurrency: Int) -> EventService {
    var service = EventService(
      "lifting", concurrency: concurrency,
      retry: RetryPolicy(maxAttempts: 8, backoff: .init(base: .milliseconds(100), cap: .milliseconds(100))))
    service.on(Noted3.self, orderedBy: { $0.name }) { event in
      // What follows of the name must wait for it.
      if event.data.number == "0", event.attempt == 1 { throw RetryLater(after: .zero, "not yet") }
      return Effects { $0.append(to: event.data.name, event.data.number) }
    }
    return service
  }

  /// Of three versions in turn, each with a key of its own: only what they mean now tells their order.
  private static func events(_ count: Int) -> [EncodedEvent] {
    (0..<count).map { number in
      switch number % 3 {
      case 0: EncodedEvent(Noted("k", number), key: "\(number)")
      case 1: EncodedEvent(Noted2("k", number), key: "\(number)")
      default: EncodedEvent(Noted3("k", number), key: "\(number)")
      }
    }
  }

  @Test(
    "is handled as it is now, in the order of what it is ordered by now; the log keeps it as it was", arguments: [1, 4])
  func handled(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      let events = Self.events(90)
      _ = try await Publisher(namespace: bench.namespace, connection: bench.connection).publish(events)
      try await bench.running([bench.worker(Self.service(concurrency))]) { try await bench.settled("lifting") }
      let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
      #expect(try await state.records("lifting", "k", as: String.self).map(\.value) == (0..<90).map(String.init))
      let logged = try await Inspector(namespace: bench.namespace, connection: bench.connection).entries(
        shard: 0, after: .zero, limit: 100)
      #expect(logged.map(\.json) == events.map(\.json))
    }
  }

  @Test("that no step can lift is dead, with what is wrong, and is handled when it is redriven to who can")
  func unliftable() async throws {
    try await TestBench.run(shards: 1) { bench in
      _ = try await Publisher(namespace: bench.namespace, connection: bench.connection).publish([
        EncodedEvent(Noted2("k", 1))
      ])
      var service = EventService("lifting")
      service.on(Demanding.self) { _ in .none }
      try await bench.running([bench.worker(service)]) { try await bench.settled("lifting") }
      let letters = DeadLetters(namespace: bench.namespace, connection: bench.connection)
      let dead = try await letters.list(service: "lifting")
      #expect(dead.map(\.about.reason) == ["data.mood: is missing, and version 3 needs it"])
      try await bench.running([bench.worker(Self.service(1))]) {
        #expect(try await letters.redrive(dead) == 1)
        try await eventually("it is handled") { try await letters.list(service: "lifting").isEmpty }
      }
      let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
      #expect(try await state.records("lifting", "k", as: String.self).map(\.value) == ["1"])
    }
  }

  /// A type whose upcaster wants what nobody wrote.
  private struct Demanding: EventData {
    static let eventType = Noted.eventType
    static let version = 3
    var orderingKey: String { "" }
    init(from json: borrowing JSONValue) throws(JSONError) {}
    func write(to json: inout JSONWriter) { json.null() }

    static func upcast(_ data: inout JSONFields, from version: Int) throws(JSONError) {
      throw JSONError(path: "mood", problem: "is missing, and version \(version + 1) needs it")
    }
  }

  @Test("in the history is handled as it is now, and folded so when the state is built anew")
  func history() async throws {
    try await TestBench.run(shards: 1) { bench in
      let history = RememberedHistory()
      let publisher = Publisher(namespace: bench.namespace, connection: bench.connection)
      _ = try await publisher.publish(Self.events(30))
      try await bench.running([bench.worker(history.service)]) { try await bench.settled("archive") }
      _ = try await Trimmer(namespace: bench.namespace, connection: bench.connection).trim(
        shard: 0, Retention(maxEntries: 0))
      _ = try await publisher.publish(Array(Self.events(31).suffix(1)))
      var settings = bench.settings("w")
      settings.history = history
      try await bench.running([bench.worker(Self.service(1), settings)]) { try await bench.caughtUp("lifting") }
      let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
      #expect(try await state.records("lifting", "k", as: String.self).map(\.value) == (0...30).map(String.init))

      var service = EventService("lifting")
      service.on(Noted3.self) { event in Effects { $0.append(to: event.data.name, event.data.number) } }
      let fold = StateFold(service, shard: 0)
      for event in try await history.events(shard: 0, after: .zero, limit: 100) {
        let effects = try #require(try await fold.effects(of: event))
        fold.apply(effects, of: event) { _ in false }
      }
      let folded = try await OwnedShard(number: 0, epoch: 0, reader: fold.image)
        .records("k", after: .zero, limit: 100, as: String.self)
      #expect(folded.map(\.value) == (0..<30).map(String.init))
      let newer = try EventHeader(ofEvent: EncodedEvent(Noted3("k", 30)).json.span, fallbackID: "")
      await #expect(throws: NewerEvent.self) {
        try await StateFold(WorkerTests.counting(), shard: 0).effects(
          of: RecordedEvent(shard: 0, entryID: .zero, header: newer, json: EncodedEvent(Noted3("k", 30)).json))
      }
    }
  }
}
