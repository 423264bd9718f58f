import HiredisClient

/// What of an outbox could not be forwarded, so that what is behind it is.
struct StuckOutbox: Sendable {
  /// Of the lease, and of the connection over which it was seen: a server that went back may hold more before `after`.
  let epoch: Int
  let connectCount: Int
  /// The shards that could not be given something.
  var targets: Set<Int> = []
  /// Up to here nothing is for any other.
  var after = EntryID.zero
  /// True if they are to be tried again.
  var isTriedAgain = false

  init(epoch: Int, connectCount: Int) {
    self.epoch = epoch
    self.connectCount = connectCount
  }

  func isValid(in epoch: Int, over connectCount: Int) -> Bool {
    epoch == self.epoch && connectCount == self.connectCount
  }
}
