/// Thrown when what a test waits for does not happen.
public struct NeverHappened: Error, CustomStringConvertible {
  let what: String

  /// What was waited for.
  public var description: String { "waited in vain until \(what)" }
}
