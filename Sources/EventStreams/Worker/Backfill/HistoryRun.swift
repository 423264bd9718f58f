import Synchronization

/// What the events of a page of history that have been handled so far write: nothing of it is committed before the page is.
///
/// A handler that reads what one of them writes ends the page before its own event, which begins the next.
final class HistoryRun: Sendable {
  private struct Progress {
    /// Nil if nobody reads state.
    var written: WrittenState?
    var hasEffects = false
    var isCut = false
  }

  private let progress: Mutex<Progress>

  /// - Parameter notesWrites: whether handlers are known to read.
  init(notesWrites: Bool) {
    progress = Mutex(Progress(written: notesWrites ? WrittenState() : nil))
  }

  /// True if the page ends before an event that has begun.
  var isCut: Bool { progress.withLock { $0.isCut } }

  func note(_ effects: Effects) {
    guard !effects.isEmpty else { return }
    progress.withLock { progress in
      progress.hasEffects = true
      progress.written?.note(effects)
    }
  }

  /// False if reading would miss what the page is to write; then the page is to end.
  func mayRead(_ name: StateName) -> Bool {
    progress.withLock { progress in
      if progress.written?.contains(name) ?? progress.hasEffects { progress.isCut = true }
      return !progress.isCut
    }
  }

  /// Thrown to a handler whose event begins the next page.
  struct BeginsNextPage: Error {}
}
