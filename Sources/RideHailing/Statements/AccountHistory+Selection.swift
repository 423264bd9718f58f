public import EventStreams

extension AccountHistory {
  /// Which entries count.
  public struct Selection: Sendable {
    /// Only what counts from this moment on; nil from the beginning.
    public var from: Timestamp?
    /// Only what counts from before this moment; nil to the end.
    public var before: Timestamp?
    /// Only what was recorded by this moment; nil whenever.
    public var recordedBy: Timestamp?

    /// All entries.
    public init(from: Timestamp? = nil, before: Timestamp? = nil, recordedBy: Timestamp? = nil) {
      self.from = from
      self.before = before
      self.recordedBy = recordedBy
    }

    func holds(_ entry: AccountEntry) -> Bool {
      entry.effectiveAt >= from ?? entry.effectiveAt && before.map { entry.effectiveAt < $0 } != false
        && entry.recordedAt <= recordedBy ?? entry.recordedAt
    }

    /// True if it holds for all that may lie in a span.
    func holdsAll(of span: JournalSpan) -> Bool {
      span.effective.lowerBound >= from ?? span.effective.lowerBound
        && span.effective.upperBound <= before ?? span.effective.upperBound
        && span.recorded.upperBound <= recordedBy ?? span.recorded.upperBound
    }

    /// True if it holds for nothing that may lie in a span.
    func holdsNone(of span: JournalSpan) -> Bool {
      if let from, span.effective.upperBound <= from { return true }
      if let before, span.effective.lowerBound >= before { return true }
      return recordedBy.map { span.recorded.lowerBound > $0 } ?? false
    }
  }
}
