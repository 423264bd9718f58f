/// Why something can't be asked for, as the ride or the account stands: said before anything is published.
public struct RequestRefused: Error, Sendable, CustomStringConvertible {
  /// What is wrong, for people.
  public let description: String
  /// True if what was asked for makes no sense, whatever stands there; false if what stands there doesn't allow it.
  public let isMistake: Bool

  static func mistake(_ text: String) -> RequestRefused { RequestRefused(description: text, isMistake: true) }
  static func refusal(_ text: String) -> RequestRefused { RequestRefused(description: text, isMistake: false) }
}
