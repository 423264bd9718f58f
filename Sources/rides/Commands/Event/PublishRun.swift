import EventStreams
import Foundation
import HiredisClient

/// Publishes what a command reads or makes, in batches, two of which are on their way at any time, and counts.
///
/// An error that waiting can help is waited out: the batches it may have hit are sent again, which adds nothing twice.
struct PublishRun {
  static let usualPatience: Duration = .seconds(60)

  let publisher: Publisher
  /// Waiting for Redis longer than this is given up.
  var patience = Self.usualPatience
  /// Whether to wait for a server that was never there, too.
  var waitsForServer = false
  /// When to publish; nil for now.
  var due: Timestamp?

  /// What became of the events.
  struct Summary: JSONWritable {
    var published = 0
    var duplicates = 0
    /// Of the duplicates, those that say something else than what is there.
    var different = 0
    var rejected = 0
    var elapsed: Duration = .zero
    /// When they are to be published; nil for now.
    var due: Timestamp?

    var perSecond: Int {
      let seconds = elapsed.inSeconds
      return seconds > 0 ? Int(Double(published + duplicates) / seconds) : 0
    }

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("published", published)
        $0.field("duplicates", duplicates)
        $0.field("different", different)
        $0.field("rejected", rejected)
        $0.field("perSecond", perSecond)
        $0.field("due", due)
      }
    }

    var text: String {
      var parts = [due.map { "scheduled \(published) events for \($0)" } ?? "published \(published) events"]
      if duplicates > 0 { parts.append("\(duplicates) were there already") }
      if different > 0 { parts.append("\(different) of them with another content") }
      if rejected > 0 { parts.append("\(rejected) rejected") }
      return parts.joined(separator: ", ") + " (\(elapsed.short), \(perSecond)/s)"
    }
  }

  /// Publishes everything that `next` returns, until nil.
  func run(_ next: () async throws -> [EncodedEvent]?) async throws -> Summary {
    var publisher = publisher
    var summary = Summary()
    summary.due = due
    let start = ContinuousClock.now
    // Batches that were taken and not confirmed yet, oldest first: what is sent again after an error.
    var unconfirmed: [[EncodedEvent]] = []
    var resend: [[EncodedEvent]] = []
    var failingSince: ContinuousClock.Instant?
    var attempt = 0
    while true {
      do {
        try await publisher.publish(
          batches: {
            if !resend.isEmpty { return resend.removeFirst() }
            guard let batch = try await next() else { return nil }
            // Empty ones are neither sent nor confirmed.
            if !batch.isEmpty { unconfirmed.append(batch) }
            return batch
          }, due: due,
          onPublished: { events, results in
            unconfirmed.removeFirst()
            failingSince = nil
            attempt = 0
            for (event, result) in zip(events, results) {
              guard let difference = result.difference else { continue }
              summary.different += 1
              Terminal.error("\(event.id) is there already and says something else: \(difference)")
            }
            let duplicates = results.count { $0.isDuplicate }
            summary.duplicates += duplicates
            summary.published += results.count - duplicates
            Terminal.progress(
              "\(summary.published + summary.duplicates) events \(due == nil ? "published" : "scheduled")")
          })
        Terminal.endProgress()
        summary.elapsed = ContinuousClock.now - start
        return summary
      } catch let error as RedisError where error.isRetriable || error.isSealed || error.code == .functionMissing {
        let since = failingSince ?? .now
        failingSince = since
        // Nothing was ever reached: that is a wrong address rather than an outage.
        if !waitsForServer, summary.published + summary.duplicates == 0,
          error.code == .connectionRefused || error.code == .unreachable
        {
          throw error
        }
        guard ContinuousClock.now - since < patience else {
          throw Self.ended(by: Failure(message: "\(error)", status: 69), summary)
        }
        attempt += 1
        resend = unconfirmed
        await publisher.reset(after: error)
        var generator = SystemRandomNumberGenerator()
        try await Task.sleep(for: Backoff.standard.delay(attempt: attempt, using: &generator))
        // Where it can't be asked, the next attempt says so.
        if error.isSealed, let reopened = try? await publisher.reopened() { publisher = reopened }
      } catch let error as Unconfirmed {
        throw Self.ended(by: .timeout(error.description), summary)
      } catch let failure as Failure {
        throw Self.ended(by: failure, summary)
      } catch let error as RedisError {
        throw Self.ended(by: Failure(error), summary)
      }
    }
  }

  /// The failure, with how far it had come, and what may be done.
  private static func ended(by failure: Failure, _ summary: Summary) -> Failure {
    Terminal.endProgress()
    guard summary.published + summary.duplicates > 0 else { return failure }
    return Failure(
      message:
        "\(failure.message); \(summary.published) events were published before: publish again, nothing is added twice",
      status: failure.status)
  }
}
