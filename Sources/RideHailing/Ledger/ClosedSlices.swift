import EventStreams

/// Which of a service's journals have left its state in a shard: by slice, those that were recorded before a day.
struct ClosedSlices: Sendable, Equatable {
  private var days: [Int: Int64] = [:]

  /// As it is stored in `LedgerState.closed`.
  init(_ fields: [Identifier: String]) {
    for (slice, day) in fields {
      if let slice = Int(slice.text), let day = Int64(day) { days[slice] = day }
    }
  }

  /// The day, counted since 1970, before which a slice is closed; nil if it is not.
  func before(_ slice: Int) -> Int64? { days[slice] }

  /// True if all slices are closed before the same day, or none is.
  var areEven: Bool { Set((0..<JournalBucket.slices).map { days[$0] }).count == 1 }

  /// The moment before which some of these slices are closed; nil if none is.
  func end(of slices: Range<Int>) -> Timestamp? { slices.compactMap { days[$0] }.max().map(RecordsRemoved.start) }

  /// Whether what belongs into a slice of a bucket has left.
  func hold(_ bucket: JournalBucket, _ slice: Int) -> Bool { days[slice].map(bucket.isOver) ?? false }

  /// Whether what belongs into a stream of journals has left.
  func hold(stream: String) -> Bool {
    guard let (bucket, slice) = JournalBucket.place(ofStream: stream) else { return false }
    return hold(bucket, slice)
  }
}
