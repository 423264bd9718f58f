import HiredisClient

/// Removes the oldest entries of a log that are past their time and that no group needs any more.
struct TrimCall: FunctionCall {
  static let function = "trim"
  static let keyNames = ["prefix of the logs", "stream of the topic"]

  let trimming: Trimming

  var keys: [String] { trimming.keys }
  func write(to arguments: inout Commands) { trimming.write(to: &arguments) }
  static func answer(_ reply: ReplyNode) throws -> Trimming.Answer { try Trimming.answer(reply) }
}
