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

    /// True if it holds for all that may lie in a bucket.
    func holdsAll(of bucket: JournalBucket) -> Bool {
      bucket.effective.lowerBound >= from ?? bucket.effective.lowerBound
        && bucket.effective.upperBound <= before ?? bucket.effective.upperBound
        && bucket.recorded.upperBound <= recordedBy ?? bucket.recorded.upperBound
    }

    /// True if it holds for nothing that may lie in a bucket.
    func holdsNone(of bucket: JournalBucket) -> Bool {
      if let from, bucket.effective.upperBound <= from { return true }
      if let before, bucket.effective.lowerBound >= before { return true }
      return recordedBy.map { bucket.recorded.lowerBound > $0 } ?? false
    }
  }
}
