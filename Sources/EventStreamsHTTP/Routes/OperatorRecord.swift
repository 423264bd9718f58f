import EventStreams
import Logging

/// Notes who did what: in the log of the program, by the request's id.
struct OperatorRecord: Sendable {
  let log: Logger

  func note(_ what: String, _ service: String, _ which: String, _ count: Int, _ context: APIContext) async throws {
    log.notice(
      "an operator acted",
      metadata: [
        "who": "\(context.principal?.name ?? "?")", "what": "\(what)", "service": "\(service)", "which": "\(which)",
        "count": "\(count)", "request": "\(context.requestID)",
      ])
  }
}
