import Tracing

/// The span of an event's handling, by the conventions for messaging: it is part of what the event's producer did, and linked to it.
struct HandlingSpan {
  private let span: any Span
  private let topic: String

  /// Begins it; nil if nobody records it.
  ///
  /// - Parameters:
  ///   - topic: the one the event stands in, of the shard's.
  ///   - worker: its name.
  init?(of header: EventHeader, in shard: OwnedShard, topic: Int, service: String, worker: String) {
    guard let trace = header.trace, trace.isSampled else { return nil }
    let producer = trace.context
    // What comes from a history stands in no topic.
    self.topic = shard.topics.indices.contains(topic) ? shard.topics[topic] : Namespace.standardTopic
    span = startSpan("process \(self.topic)", context: producer, ofKind: .consumer)
    guard span.isRecording else { return nil }
    span.addLink(SpanLink(context: producer, attributes: [:]))
    span.updateAttributes { [topic = self.topic] attributes in
      attributes["messaging.system"] = "redis_streams"
      attributes["messaging.operation.name"] = "process"
      attributes["messaging.operation.type"] = "process"
      attributes["messaging.destination.name"] = topic
      attributes["messaging.destination.partition.id"] = "\(shard.number)"
      attributes["messaging.consumer.group.name"] = service
      attributes["messaging.client.id"] = worker
      attributes["messaging.message.id"] = header.id
      attributes["messaging.message.conversation_id"] = header.key
      attributes["eventstreams.type"] = header.type.rawValue
    }
  }

  /// Handles the event as a part of it.
  func run(attempt: Int, _ handle: () async throws -> Effects) async throws -> Outcome {
    span.attributes["eventstreams.attempt"] = attempt
    do {
      let effects = try await ServiceContext.$current.withValue(span.context) { try await handle() }
      return .done(effects, end())
    } catch {
      fail(error)
      throw error
    }
  }

  /// Ends it; what comes of the event is a part of it.
  func end() -> HandledSpan {
    span.end()
    return HandledSpan(span.context, topic: topic)
  }

  /// Ends it with what went wrong.
  func fail(_ error: any Error) { span.fail(error) }
}
