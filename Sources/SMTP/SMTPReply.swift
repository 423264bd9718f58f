/// What a mail server answers: three digits for programs, and lines for people (RFC 5321, 4.2).
public struct SMTPReply: Sendable, Hashable, CustomStringConvertible {
  /// From 200 to 599.
  public let code: Int
  /// What follows the digits, line by line.
  public let lines: [String]

  /// A reply of these lines.
  public init(code: Int, lines: [String]) {
    self.code = code
    self.lines = lines
  }

  /// As on a log's line: `550 5.1.1 No such user`.
  public var description: String { "\(code) \(lines.joined(separator: " "))" }

  /// Done, or go on.
  var isPositive: Bool { code < 400 }
  /// It may go better later.
  var isTransient: Bool { (400..<500).contains(code) }
  /// The connection ends with it.
  var endsConnection: Bool { code == 421 }
}
