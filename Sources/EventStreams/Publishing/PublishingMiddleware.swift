/// What stands around the publishing of events: figures, spans, lines of a log, a refusal.
///
/// It sees what producers publish, not what comes of commits.
public protocol PublishingMiddleware: Sendable {
  /// Is called for each batch of events that is published.
  ///
  /// - Parameters:
  ///   - events: as they are sent.
  ///   - due: when they are to be published; nil for now.
  ///   - next: has the middleware behind this one, and at last the publisher, publish them.
  /// - Returns: what `next` has returned.
  /// - Throws: what `next` has thrown; or, before it is called, why the events are not published.
  func publish(
    _ events: [EncodedEvent], due: Timestamp?, next: NextPublishing
  ) async throws -> [PublishedEvent]
}

/// What publishes events behind a middleware: the next one, and at last the publisher.
public struct NextPublishing: Sendable {
  let middleware: ArraySlice<any PublishingMiddleware>
  let events: [EncodedEvent]
  let due: Timestamp?
  let publisher: @Sendable () async throws -> [PublishedEvent]

  /// Publishes the events; again, it finds that they are there.
  public func callAsFunction() async throws -> [PublishedEvent] {
    guard let outermost = middleware.first else { return try await publisher() }
    return try await outermost.publish(
      events, due: due,
      next: NextPublishing(middleware: middleware.dropFirst(), events: events, due: due, publisher: publisher))
  }
}

extension [any PublishingMiddleware] {
  /// Publishes events with all of these around it, the first outermost.
  func publish(
    _ events: [EncodedEvent], due: Timestamp?, _ publisher: @escaping @Sendable () async throws -> [PublishedEvent]
  ) async throws -> [PublishedEvent] {
    guard !isEmpty else { return try await publisher() }
    return try await NextPublishing(middleware: self[...], events: events, due: due, publisher: publisher)()
  }
}
