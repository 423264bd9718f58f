/// Why a file can't be imported at all.
public struct ImportProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// What it says to people.
  public let description: String

  init(_ description: String) { self.description = description }
}
