import EventStreamsTesting
import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams

@Suite("Middleware") struct MiddlewareTests {
  /// Notes what it is called for.
  private final class Noting: HandlingMiddleware, PublishingMiddleware {
    let name: String
    let notes: Notes

    init(_ name: String, _ notes: Notes) {
      self.name = name
      self.notes = notes
    }

    func handle(_ attempt: EventAttempt, next: NextHandling) async -> HandlingResult {
      notes.add("\(name) \(attempt.service) \(attempt.event.id) \(attempt.number)")
      let result = await next()
      notes.add("\(name) \(result.error.map { "\($0)" } ?? "\(result.effects?.isEmpty == false)")")
      return result
    }

    func publish(
      _ events: [EncodedEvent], due: Timestamp?, next: NextPublishing
    ) async throws -> [PublishedEvent] {
      notes.add("\(name) publishes \(events.map(\.id).joined(separator: " "))")
      let published = try await next()
      notes.add("\(name) published \(published.count { !$0.isDuplicate })")
      return published
    }
  }

  private final class Notes: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  /// Does what it should not: calls twice, or not at all, and returns the result of another event.
  private final class Meddling: HandlingMiddleware {
    private let kept = Mutex<HandlingResult?>(nil)

    func handle(_ attempt: EventAttempt, next: NextHandling) async -> HandlingResult {
      if let kept = kept.withLock({ $0 }) { return kept }
      let result = await next()
      _ = await next()
      kept.withLock { $0 = result }
      return result
    }
  }

  private enum Current { @TaskLocal static var event: String? }

  private struct Setting: HandlingMiddleware {
    func handle(_ attempt: EventAttempt, next: NextHandling) async -> HandlingResult {
      await Current.$event.withValue(attempt.event.id) { await next() }
    }
  }

  private struct Failing: Error {}

  private func counting(_ middleware: [any HandlingMiddleware], timeout: Duration? = nil) -> EventService {
    var service = EventService("counting", timeout: timeout)
    service.on(Noted.self) { event in
      if event.attempt == 1, event.data.number == 13 { throw Failing() }
      return Effects {
        $0.increment("counts", event.data.key, by: 1)
        $0.set("seen", event.id, to: Current.event ?? "nothing")
      }
    }
    service.middleware = middleware
    return service
  }

  @Test("is called around each attempt, the first outermost, and is told what the handler made of it")
  func order() async throws {
    let notes = Notes()
    let harness = ServiceHarness(counting([Noting("a", notes), Noting("b", notes)]))
    await harness.handle(Noted("k", 1), id: "one")
    await harness.handle(Noted("k", 13), id: "two")
    #expect(
      notes.all == [
        "a counting one 1", "b counting one 1", "b true", "a true",
        "a counting two 1", "b counting two 1", "b Failing()", "a Failing()",
      ])
  }

  @Test("can't touch what is committed, whatever it does")
  func meddling() async throws {
    let harness = ServiceHarness(counting([Meddling(), Setting(), Meddling()]))
    #expect(await harness.handle(Noted("k", 1), id: "one").isApplied)
    #expect(await harness.handle(Noted("l", 2), id: "two").isApplied)
    #expect(await harness.handle(Noted("l", 13), id: "three") == .retried("Failing()", after: nil))
    #expect(try await harness.hash("counts") == ["k": "1", "l": "1"])
  }

  @Test("of a worker has each event once, in a handler's time limit or without, and sets what the handler finds")
  func worker() async throws {
    for timeout in [nil, Duration.seconds(20)] {
      try await TestBench.run(shards: 2) { bench in
        let notes = Notes()
        let service = counting([Noting("a", notes), Setting()], timeout: timeout)
        _ = try await bench.publish((0..<20).map { Noted("k\($0 % 4)", $0) })
        try await bench.running([bench.worker(service)]) { try await bench.settled("counting") }
        let seen = try await bench.state("counting", "seen")
        #expect(seen.count == 20 && seen.allSatisfy { $0.key == $0.value }, "\(seen)")
        // Every event once, and one of them twice.
        #expect(notes.all.count { $0.hasSuffix(" 1") } == 20)
        #expect(notes.all.count { $0.hasSuffix(" 2") } == 1)
      }
    }
  }

  @Test("is not called by who asks a handler what it would do: a rebuild, an audit")
  func replay() async throws {
    let notes = Notes()
    let event = EncodedEvent(Noted("k", 1), id: "one")
    let shard = OwnedShard(number: 0, epoch: 1, reader: StateImage())
    let effects = try await counting([Noting("a", notes)]).effects(of: event.json, entryID: .zero, shard: shard)
    #expect(effects?.isEmpty == false && notes.all.isEmpty)
  }

  private struct Refusing: PublishingMiddleware {
    func publish(
      _ events: [EncodedEvent], due: Timestamp?, next: NextPublishing
    ) async throws -> [PublishedEvent] {
      throw Failing()
    }
  }

  @Test("of a publisher is called around each batch, and may refuse it")
  func publishing() async throws {
    try await TestBench.run(shards: 2) { bench in
      let notes = Notes()
      let publisher = Publisher(
        namespace: bench.namespace, connection: bench.connection, middleware: [Noting("a", notes), Noting("b", notes)])
      _ = try await publisher.publish(Noted("k", 1), id: "one")
      var batches = [[EncodedEvent(Noted("k", 1), id: "one"), EncodedEvent(Noted("l", 2), id: "two")]]
      try await publisher.publish(batches: { batches.popLast() }) { _, _ in }
      #expect(
        notes.all == [
          "a publishes one", "b publishes one", "b published 1", "a published 1",
          "a publishes one two", "b publishes one two", "b published 1", "a published 1",
        ])
      let refusing = Publisher(namespace: bench.namespace, connection: bench.connection, middleware: [Refusing()])
      await #expect(throws: Failing.self) { _ = try await refusing.publish(Noted("m", 3), id: "three") }
      let shared = SharedPublisher(redis: bench.server.url, middleware: [Noting("s", notes), Refusing()]) {
        [namespace = bench.namespace] _ in
        namespace
      }
      await #expect(throws: Failing.self) { _ = try await shared.publish([EncodedEvent(Noted("m", 3), id: "three")]) }
      #expect(notes.all.last == "s publishes three")
    }
  }
}
