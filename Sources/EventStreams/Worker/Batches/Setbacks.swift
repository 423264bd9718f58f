import HiredisClient

/// What the server refused of a shard, and how carefully the shard is handled because of it. Outlives the epochs of the lease.
struct Setbacks: Sendable {
  /// Events up to this one are committed one by one: the server refused a batch of them, and would apply most.
  private(set) var singlyThrough: EntryID?
  /// Why the server refuses an event, of those that it refused alone.
  private var refusals: [Delivery.Place: String] = [:]
  private(set) var speculation = Speculation()

  /// How often in a row something stopped this shard alone,
  private var failures = 0
  /// and until when it is left alone therefore.
  private(set) var asideUntil: ContinuousClock.Instant?

  /// How often in a row its node was out of reach.
  private(set) var unreached = 0

  /// Between attempts to go on with a shard that something stops alone.
  private static let backoff = Backoff(base: .milliseconds(200), cap: .seconds(30), factor: 2)

  /// Takes in that the server refused a commit.
  ///
  /// - Parameters:
  ///   - event: the only event that it was to settle; nil if there were several.
  ///   - last: the last of them.
  mutating func refused(_ event: Delivery.Place?, through last: EntryID?, because reason: String) {
    if let event {
      refusals[event] = reason
    } else if let last {
      singlyThrough = max(singlyThrough ?? .zero, last)
    }
  }

  /// Takes in that a batch assumed something that was not so.
  mutating func surprised(through last: EntryID?) { speculation.surprised(through: last ?? .zero) }

  /// Why the server refuses an event; nil if it does not, as far as is known.
  func reason(toBury place: Delivery.Place) -> String? { refusals.isEmpty ? nil : refusals[place] }

  /// True if one of the events from a place on may have to be committed alone, or buried.
  func concern(eventsFrom first: EntryID) -> Bool {
    !refusals.isEmpty || singlyThrough.map { first <= $0 } ?? false
  }

  /// Takes in that an event is settled.
  mutating func settled(_ place: Delivery.Place) { refusals[place] = nil }

  /// Takes in that so many entries were committed, the last of which is this.
  mutating func committed(_ count: Int, position: EntryID?) {
    speculation.committed(count, position: position)
  }

  /// Takes in that the node is out of reach that has the shard.
  ///
  /// - Returns: how long to leave it alone; a replica may take over at any moment.
  mutating func couldNotReach(at now: ContinuousClock.Instant) -> Duration {
    unreached += 1
    let delay = Self.promotion.delay(attempt: unreached)
    asideUntil = now + delay
    return delay
  }

  /// Takes in that the shard was taken.
  mutating func reached() { unreached = 0 }

  private static let promotion = Backoff(base: .milliseconds(100), cap: .milliseconds(500), factor: 2)

  /// Takes in that something stops this shard, and no other.
  ///
  /// - Returns: how long to leave it alone.
  mutating func failed(at now: ContinuousClock.Instant) -> Duration {
    // What is long ago was something else.
    if let asideUntil, now > asideUntil + .seconds(60) { failures = 0 }
    failures += 1
    let delay = Self.backoff.delay(attempt: failures)
    asideUntil = now + delay
    return delay
  }
}
