import EventStreams
import EventStreamsOperations

/// How a namespace was at one look, for all who look at that moment.
struct Sample: Sendable {
  /// Counts the samples.
  let number: Int
  /// When it was, by this machine's clock.
  let time: Timestamp
  /// How it was; the last that is known, if it could not be looked at. Nil if nothing is known yet.
  let status: NamespaceStatus?
  /// The services of that.
  let services: [ServiceStatus]
  /// What is wrong with what is not a service's.
  let warnings: [String]
  /// Why it could not be looked at; nil if it could.
  let trouble: Trouble?

  /// Why nothing could be seen, and since when.
  struct Trouble: Sendable {
    let problem: Problem
    let since: Timestamp
  }
}
