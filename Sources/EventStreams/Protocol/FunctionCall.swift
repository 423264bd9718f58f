package import HiredisClient

/// A call of one of the functions in the server, as the head of the Lua file beside its type says: keys, then arguments, and what it answers.
///
/// Nobody else knows a function's name, the order of its arguments, or the places in its answer.
package protocol FunctionCall {
  associatedtype Answer

  /// The function's name, without what all of them begin and end with.
  static var function: String { get }
  /// What the keys are that every call has, first things first, in the words of the Lua file.
  static var keyNames: [String] { get }
  /// True for a function that changes nothing.
  static var isReading: Bool { get }

  /// Every key that the function touches: those of `keyNames`, then what differs from call to call.
  var keys: [String] { get }
  /// Writes the arguments.
  func write(to arguments: inout Commands)
  /// Reads the answer.
  ///
  /// - Parameter reply: not an error.
  static func answer(_ reply: ReplyNode) throws -> Answer
}

extension FunctionCall {
  package static var isReading: Bool { false }
}

extension FunctionCall where Answer == Void {
  package static func answer(_ reply: ReplyNode) {}
}

extension FunctionCall where Answer == Int {
  package static func answer(_ reply: ReplyNode) throws -> Int { try reply.integer() }
}

extension Commands {
  /// Adds a call of a function.
  package mutating func append<Call: FunctionCall>(_ call: Call) {
    let keys = call.keys
    open()
    if Call.isReading { argument("FCALL_RO") } else { argument("FCALL") }
    argument(FunctionLibrary.name(of: Call.function))
    argument(keys.count)
    for key in keys { argument(key) }
    call.write(to: &self)
    close()
  }
}

extension Connection {
  /// Calls a function and waits for what it answers.
  package func call<Call: FunctionCall>(_ call: Call) throws -> Call.Answer {
    var commands = Commands()
    commands.append(call)
    return try Self.answer(to: Call.self, self.call(commands))
  }

  private static func answer<Call: FunctionCall>(
    to call: Call.Type, _ reply: borrowing Reply
  ) throws -> Call.Answer { try Call.answer(reply.root) }
}
