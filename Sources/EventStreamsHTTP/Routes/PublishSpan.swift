package import EventStreams
import Tracing

/// The span of publishing, a part of the request, where its trace is recorded.
package struct PublishSpan: Sendable {
  private let span: any Span

  /// Publishes within one.
  ///
  /// - Parameter publish: is given it, to name what it publishes.
  package static func run<Value>(_ publish: (PublishSpan?) async throws -> Value) async throws -> Value {
    guard ServiceContext.current != nil else { return try await publish(nil) }
    let span = startSpan("publish", ofKind: .producer)
    guard span.isRecording else { return try await publish(nil) }
    do {
      let value = try await ServiceContext.$current.withValue(span.context) {
        try await publish(PublishSpan(span: span))
      }
      span.end()
      return value
    } catch {
      span.fail(error)
      throw error
    }
  }

  /// Notes what is published.
  package func name(_ events: [EncodedEvent]) {
    guard let first = events.first else { return }
    span.operationName = "publish \(first.topic)"
    span.updateAttributes { attributes in
      attributes["messaging.system"] = "redis_streams"
      attributes["messaging.operation.name"] = "publish"
      attributes["messaging.operation.type"] = "send"
      attributes["messaging.destination.name"] = first.topic
      if events.count > 1 {
        attributes["messaging.batch.message_count"] = events.count
      } else {
        attributes["messaging.message.id"] = first.id
        attributes["eventstreams.type"] = first.type.rawValue
      }
    }
  }
}
