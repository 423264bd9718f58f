/// A moment as the rules are told it.
struct Moment: Sendable {
  /// For what is measured within this process,
  let instant: ContinuousClock.Instant
  /// and for what is told to others.
  let time: Timestamp

  static var now: Moment { Moment(instant: .now, time: .now()) }
}
