import EventStreams
import Logging

/// Notes who did what: as an event in the log, and in the log of the program.
struct OperatorRecord: Sendable {
  let log: Logger
  let publisher: SharedPublisher

  /// Notes something that was done, or begun.
  func note(
    _ what: String, _ target: String, _ which: String, _ count: Int, operation: String? = nil, _ context: APIContext
  ) async {
    let act = OperatorActed(
      who: context.principal?.name ?? "?", what: what, target: target, which: which, count: count,
      request: context.requestID, operation: operation)
    log.notice("an operator acted", metadata: Self.metadata(act))
    do {
      _ = try await context.redisTime.measure { try await publisher.publish([EncodedEvent(act)]) }
    } catch {
      // It is done: to say that it was not would be the worse.
      log.error(
        "what an operator did could not be put into the log of events",
        metadata: Self.metadata(act).merging(["error": "\(error)"]) { $1 })
    }
  }

  private static func metadata(_ act: OperatorActed) -> Logger.Metadata {
    [
      "who": "\(act.who)", "what": "\(act.what)", "target": "\(act.target)", "which": "\(act.which)",
      "count": "\(act.count)", "request": "\(act.request)",
    ]
  }
}
