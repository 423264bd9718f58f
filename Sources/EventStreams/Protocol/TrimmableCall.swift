import HiredisClient

/// Counts what `trim` would remove.
struct TrimmableCall: FunctionCall {
  static let function = "trimmable"
  static let keyNames = ["prefix of the logs", "stream of the topic"]
  static let isReading = true

  let trimming: Trimming

  var keys: [String] { trimming.keys }
  func write(to arguments: inout Commands) { trimming.write(to: &arguments) }
  static func answer(_ reply: ReplyNode) throws -> Trimming.Answer { try Trimming.answer(reply) }
}
