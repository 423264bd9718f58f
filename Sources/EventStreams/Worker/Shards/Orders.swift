/// What is to be done because of what the rules were told.
struct Orders: Sendable {
  /// When they want to be told that time has passed.
  var alarms: [Alarm] = []
  /// What people are to be told.
  var notes: [SchedulingNote] = []
  /// True if the leases need a look.
  var looksAtLeases = false
  /// Shards whose outbox may hold something.
  var outboxes: Set<Int> = []
  /// True if something has come into effect or is gone, for which handlers may wait.
  var hasProgressed = false

  // What has become of events since the last time.
  var handled = 0
  var retried = 0
  var dead = 0
  var parked = 0
  var committed = 0
}
