import EventStreams
import Redis

/// Publishes batch after batch, again after an error that passes, and counts.
///
/// Publishing again is harmless: what arrived the first time is a duplicate then.
struct Publication {
  private let publisher: Publisher
  private let connection: Connection
  /// Events that were new.
  private(set) var published = 0
  /// Events that were there already.
  private(set) var duplicates = 0
  private let start = ContinuousClock.now
  private var lastProgress = ContinuousClock.now

  init(topic: Topic, connection: Connection) {
    publisher = Publisher(topic: topic, connection: connection)
    self.connection = connection
  }

  /// Attempts in a row that may fail: with the waits between them about half a minute.
  private static let maxFailures = 10

  /// Publishes what `next` gives until it gives nil.
  mutating func publish(_ next: () async throws -> [EncodedEvent]?) async throws {
    // Handed to the publisher and not confirmed yet, in order.
    var unconfirmed: [[EncodedEvent]] = []
    var failures = 0
    while true {
      var again = unconfirmed
      do {
        try await publisher.publish {
          if !again.isEmpty { return again.removeFirst() }
          guard let events = try await next() else { return nil }
          if !events.isEmpty { unconfirmed.append(events) }
          return events
        } onPublished: { _, results in
          unconfirmed.removeFirst()
          failures = 0
          count(results)
        }
        return
      } catch let error as RedisError where error.isRetriable && failures < Self.maxFailures {
        failures += 1
        // Replies that are still due must not be taken for those to what is sent next.
        await connection.close()
        Terminal.note("rides: \(error); will try again")
        try await Task.sleep(for: Backoff.standard.delay(attempt: failures))
      }
    }
  }

  private mutating func count(_ results: [PublishedEvent]) {
    let known = results.count { $0.isDuplicate }
    duplicates += known
    published += results.count - known
    if ContinuousClock.now - lastProgress > .milliseconds(200) {
      lastProgress = .now
      Terminal.progress("published \(published) events, \(duplicates) duplicates")
    }
  }

  /// What was done, once it is done.
  func summary(rejected: Int, seed: UInt64? = nil) -> Summary {
    Summary(
      published: published, duplicates: duplicates, rejected: rejected, seed: seed, time: ContinuousClock.now - start)
  }

  struct Summary: JSONWritable {
    let published: Int
    let duplicates: Int
    let rejected: Int
    /// Of the simulation, if it was one.
    let seed: UInt64?
    let time: Duration

    private var eventsPerSecond: Int { (published + duplicates) * 1000 / max(1, time.milliseconds) }

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("published", published)
        $0.field("duplicates", duplicates)
        $0.field("rejected", rejected)
        $0.field("seed", seed.map { Int(clamping: $0) })
        $0.field("milliseconds", time.milliseconds)
        $0.field("eventsPerSecond", eventsPerSecond)
      }
    }

    func show(_ output: OutputOptions) {
      Terminal.endProgress()
      if output.isJSON { return JSONOutput.show(self) }
      print(
        "published \(published), duplicates \(duplicates), rejected \(rejected)"
          + " in \(time.brief): \(eventsPerSecond) events/s" + (seed.map { ", seed \($0)" } ?? ""))
    }
  }
}
