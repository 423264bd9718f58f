import HiredisClient

/// Asks for permits of a rate.
struct GrantCall: FunctionCall {
  static let function = "grant"
  static let keyNames = ["rate"]

  let key: String
  let rate: ServiceLimits.Rate
  let wanted: Int

  var keys: [String] { [key] }

  func write(to arguments: inout Commands) {
    arguments.argument(wanted)
    arguments.argument(Int(rate.interval / .microseconds(1)))
    arguments.argument(Int(rate.saved / .microseconds(1)))
  }

  /// Permits, and when there are more.
  struct Answer {
    let granted: Int
    let next: Duration
  }

  static func answer(_ reply: ReplyNode) throws -> Answer {
    Answer(granted: try reply[0].integer(), next: .microseconds(try reply[1].integer()))
  }
}
