/// What became of one delivery.
enum Outcome: Sendable {
  /// Handled: these effects, then acknowledged; and what was recorded of its trace.
  case done(Effects, HandledSpan? = nil)
  /// Failed; to be tried again, no sooner than the delay if there is one.
  ///
  /// - Parameter counts: false if it was no attempt that says anything of the event or of what the service depends on.
  case failed(error: String, delay: Duration?, counts: Bool = true)
  /// Left for a worker of a newer version, for a while.
  case held(Unread)
  /// Can't be handled, ever.
  case dead(reason: String)
  /// Not begun, because an earlier event of its key failed in the same batch.
  case deferred
  /// Not begun, because the worker is stopping.
  case returned
}
