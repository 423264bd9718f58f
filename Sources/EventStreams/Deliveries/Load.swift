/// How much of something there is, in events and in the bytes that they took of the server's answers.
struct Load: Sendable, Hashable {
  var events = 0
  var bytes = 0

  static func + (left: Load, right: Load) -> Load {
    Load(events: left.events + right.events, bytes: left.bytes + right.bytes)
  }

  static func += (left: inout Load, right: Load) { left = left + right }

  static func -= (left: inout Load, right: Load) {
    left.events -= right.events
    left.bytes -= right.bytes
  }
}
