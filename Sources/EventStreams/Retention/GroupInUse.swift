/// Thrown for a group that can't be removed because a worker has it.
public struct GroupInUse: Error, Sendable, CustomStringConvertible {
  let name: String

  /// What it says to people.
  public var description: String { "workers of '\(name)' are running: stop them first" }
}
