/// One run of a rebuild or a restore. What it writes beside the live state bears its name, so that it is not mixed up with what
/// another run writes at the same time, or one that was killed has left.
public struct RebuildRun: Sendable {
  package let name: String

  /// A new run.
  public init() { name = ProcessName.unique() }
}
