import Logging

/// Tells people what becomes of events without burying them in lines: of what a broken service makes by the thousand, the first of a second
/// are told one by one, and the others as a number when it is over.
struct NoteLog {
  /// What comes in crowds.
  private struct Crowd {
    static let toldEach = 10

    private var begin: ContinuousClock.Instant?
    private var told = 0
    private(set) var untold = 0

    /// Counts one; true if it is to be told by itself.
    mutating func tells(at now: ContinuousClock.Instant) -> Bool {
      if begin == nil { begin = now }
      guard told < Self.toldEach else {
        untold += 1
        return false
      }
      told += 1
      return true
    }

    /// How many were not told, when the second is over; then another begins. Nil if it isn't.
    mutating func end(at now: ContinuousClock.Instant) -> Int? {
      guard let begin, now - begin >= .seconds(1) else { return nil }
      defer { self = Crowd() }
      return untold
    }
  }

  private var retries = Crowd()
  private var dead = Crowd()

  /// True while something is to be told that nothing new need come for.
  var isOwing: Bool { retries.untold > 0 || dead.untold > 0 }

  /// Tells what is new, and what is owed.
  mutating func tell(_ notes: [SchedulingNote], at now: ContinuousClock.Instant, to log: Logger) {
    settle(at: now, to: log)
    for note in notes {
      switch note {
      case .willRetry where !retries.tells(at: now): continue
      case .buried where !dead.tells(at: now): continue
      default: note.log(to: log)
      }
    }
  }

  /// Tells what is owed, if its time is over.
  mutating func settle(at now: ContinuousClock.Instant, to log: Logger) {
    if let more = retries.end(at: now), more > 0 {
      log.info("will retry more events", metadata: ["events": "\(more)"])
    }
    if let more = dead.end(at: now), more > 0 {
      log.error("moved more events to the dead letters", metadata: ["events": "\(more)"])
    }
  }
}
