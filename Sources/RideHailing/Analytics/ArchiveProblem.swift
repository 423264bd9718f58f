/// Why an archive can't be used as asked.
public struct ArchiveProblem: Error, Sendable, CustomStringConvertible {
  /// What it says to people.
  public let description: String

  init(_ description: String) { self.description = description }
}
