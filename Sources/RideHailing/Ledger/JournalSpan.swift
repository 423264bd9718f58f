import EventStreams

/// When some journals were recorded, and from when they count.
struct JournalSpan: Sendable {
  let recorded: Range<Timestamp>
  let effective: Range<Timestamp>

  init(_ bucket: JournalBucket) {
    recorded = bucket.recorded
    effective = bucket.effective
  }

  /// Whatever lies before a moment in both regards.
  init(before end: Timestamp) {
    recorded = .earliest..<end
    effective = .earliest..<end
  }
}
