import Synchronization

/// What stands around a service's handlers: figures, spans, lines of a log, task-local values.
///
/// ```swift
/// struct Timed: HandlingMiddleware {
///   func handle(_ attempt: EventAttempt, next: NextHandling) async -> HandlingResult {
///     let start = ContinuousClock.now
///     let result = await next()
///     Timer(label: "handling", dimensions: [("type", attempt.event.type.rawValue)]).record(duration: .now - start)
///     return result
///   }
/// }
/// ```
///
/// It can't touch a commit: the handler is called once for each attempt, whatever this does, and what the handler has made of the event counts.
public protocol HandlingMiddleware: Sendable {
  /// Is called for each attempt to handle an event, in the span of its handling if there is one, when limits let it begin, and as a part of
  /// the time that the attempt may take.
  ///
  /// - Parameters:
  ///   - attempt: which event, and how often it was tried.
  ///   - next: has the middleware behind this one, and at last the handler, handle it.
  /// - Returns: what `next` has returned.
  func handle(_ attempt: EventAttempt, next: NextHandling) async -> HandlingResult
}

/// An event that a service is about to handle.
public struct EventAttempt: Sendable {
  /// The service's name.
  public let service: String
  /// The event, without its data.
  public let event: EventHeader
  /// The shard it was read from.
  public let shard: Int
  /// Its place in the shard's log.
  public let entryID: EntryID
  /// 1 for the first attempt.
  public let number: Int
}

/// What a handler has made of an event: the runtime makes it, and nobody else.
public struct HandlingResult: Sendable {
  let result: Result<Effects, any Error>

  /// What the event changes; nil if it was not handled. They are not in effect yet.
  public var effects: Effects? { try? result.get() }

  /// What the handler has thrown; nil if it has handled the event.
  public var error: (any Error)? { if case .failure(let error) = result { error } else { nil } }
}

/// What handles an event behind a middleware: the next one, and at last the handler.
public struct NextHandling: Sendable {
  let middleware: ArraySlice<any HandlingMiddleware>
  let attempt: EventAttempt
  let handler: HandlingOnce

  /// Handles the event; again, it returns the same and handles nothing.
  public func callAsFunction() async -> HandlingResult {
    guard let outermost = middleware.first else { return await handler.result() }
    return await outermost.handle(
      attempt, next: NextHandling(middleware: middleware.dropFirst(), attempt: attempt, handler: handler))
  }
}

/// A handler that is called once for an attempt, whoever asks.
final class HandlingOnce: Sendable {
  private enum State {
    case waiting, running
    case done(HandlingResult)
  }

  /// What who asks while the handler runs is told.
  private struct Busy: Error, CustomStringConvertible {
    let description = "the handler is being called already"
  }

  private let call: @Sendable () async throws -> Effects
  private let state = Mutex(State.waiting)

  init(_ call: @escaping @Sendable () async throws -> Effects) { self.call = call }

  func result() async -> HandlingResult {
    let known: HandlingResult? = state.withLock { state in
      switch state {
      case .waiting:
        state = .running
        return nil
      case .running: return HandlingResult(result: .failure(Busy()))
      case .done(let result): return result
      }
    }
    if let known { return known }
    let result: HandlingResult
    do {
      result = HandlingResult(result: .success(try await call()))
    } catch {
      result = HandlingResult(result: .failure(error))
    }
    state.withLock { $0 = .done(result) }
    return result
  }
}

extension EventService {
  /// Has a handler handle an event, with the middleware around it.
  func handle(_ attempt: EventAttempt, by call: @escaping EventHandler.Call) async throws -> Effects {
    guard !middleware.isEmpty else { return try await call(attempt.number) }
    let handler = HandlingOnce { try await call(attempt.number) }
    _ = await NextHandling(middleware: middleware[...], attempt: attempt, handler: handler)()
    // Who has not asked for a result may have returned another event's.
    return try await handler.result().result.get()
  }
}
