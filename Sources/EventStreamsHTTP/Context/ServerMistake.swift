/// Why a server can't be served as it was asked for.
public struct ServerMistake: Error, Sendable, CustomStringConvertible {
  /// What is wrong, and what to do.
  public let description: String
}
