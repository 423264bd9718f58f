import EventStreams

/// An operator has changed something: who, what, how much, and by which request. It stands in the log, and so in the archive, beside what it is about.
///
/// It can't be published from outside: no catalog has it.
struct OperatorActed: EventData, JSONRecord {
  static let eventType: EventType = "OPERATOR_ACTED"
  static let topic = "operations"

  /// As the token file calls them.
  var who: String
  /// redrive, discard, trim, remove-group or stop.
  var what: String
  /// A service, a group, or the log.
  var target: String
  /// Which of what the target has.
  var which: String
  /// How many that were.
  var count: Int
  /// The request's id.
  var request: String
  /// The operation that does it; nil if it was done at once.
  var operation: String?
  /// Tells it from whatever else had the same request's id, which a client may choose.
  var number = Array((0..<8).map { _ in UInt8.random(in: 0...255) }).hexadecimal

  init(who: String, what: String, target: String, which: String, count: Int, request: String, operation: String?) {
    self.who = who
    self.what = what
    self.target = target
    self.which = which
    self.count = count
    self.request = request
    self.operation = operation
  }

  init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    who = try fields("who", \.who)
    what = try fields("what", \.what)
    target = try fields("target", \.target)
    which = try fields("which", \.which)
    count = try fields("count", \.count)
    request = try fields("request", \.request)
    operation = try fields.optional("operation", \.operation)
    number = try fields("number", \.number)
  }

  var orderingKey: String { target }
  /// All of them are kept together, whatever they are about.
  var shardKey: String { "operators" }
  var eventID: String { "\(Self.eventType.rawValue):\(request):\(number)" }
}
