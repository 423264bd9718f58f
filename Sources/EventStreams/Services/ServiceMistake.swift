/// What is wrong with how a service is declared; `Worker.run` throws it before anything else happens.
public struct ServiceMistake: Error, Sendable, Hashable, CustomStringConvertible {
  /// What it says to people.
  public let description: String
}
