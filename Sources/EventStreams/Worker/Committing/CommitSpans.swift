import HiredisClient
import Tracing

/// The spans of a call that commits, one for each event of it whose trace is recorded: a part of what handling the event was.
struct CommitSpans {
  /// By batch.
  private let spans: [[any Span]]

  /// Begins them; nil if nothing is recorded.
  init?(of batches: [Scheduler.NumberedBatch]) {
    guard batches.contains(where: { !$0.batch.spans.isEmpty }) else { return nil }
    spans = batches.map { numbered in
      numbered.batch.spans.map { handled in
        let span = startSpan("commit \(handled.topic)", context: handled.context, ofKind: .client)
        span.updateAttributes { attributes in
          attributes["messaging.system"] = "redis_streams"
          attributes["messaging.operation.name"] = "commit"
          attributes["messaging.operation.type"] = "settle"
          attributes["messaging.destination.name"] = handled.topic
          attributes["messaging.destination.partition.id"] = "\(numbered.batch.shard.number)"
          attributes["messaging.batch.message_count"] = numbered.batch.acknowledgedCount
        }
        return span
      }
    }
  }

  /// Ends those of one batch.
  func end(_ batch: Int, _ error: (any Error)?) {
    for span in spans[batch] {
      if let error { span.fail(error) } else { span.end() }
    }
  }

  /// Ends all of them with what went wrong.
  func endAll(_ error: any Error) {
    for batch in spans.indices { end(batch, error) }
  }
}
