public import EventStreams

/// What became of an event, as a worker would have it.
public enum Handled: Sendable, Hashable {
  /// Its effects are in the state, and what they publish in `ServiceHarness.published`: these, with all choices made.
  case applied([Effects.Write])
  /// It is of a type that the service does not handle.
  case notWanted
  /// It is left for a newer version of the service.
  case held
  /// It is to be tried again: why, and how long to wait at least, if the handler says so.
  case retried(String, after: Duration?)
  /// It is in the dead letters: why.
  case dead(String)

  /// Whether it is done with: its effects are in the state.
  public var isApplied: Bool { if case .applied = self { true } else { false } }
}
