import EventStreams

/// Which of a service's journals lie together: those that were recorded on one day, and count from that day or the one before it, or from
/// one run of days long before or after.
///
/// A bucket is a stream for each slice of the accounts' holders, so that an account's entries are found in a part of each bucket, and an event
/// adds to one stream, whatever number of accounts it touches. Its name tells when its journals were recorded and count from: what a
/// question is not about need not be read.
struct JournalBucket: Sendable, Hashable {
  /// When they were recorded, in days since 1970.
  let day: Int64
  /// When they count from, if it is another time: the number of a run of days since 1970.
  let run: Int64?

  /// So many streams a bucket has.
  static let slices = RecordsRemoved.sliceCount
  /// A run has 2 to the power of this many days: 32.
  private static let runBits: Int64 = 5

  /// The bucket of a journal.
  init(recordedAt: Timestamp, effectiveAt: Timestamp) {
    day = recordedAt.day
    let effective = effectiveAt.day
    run = effective == day || effective == day - 1 ? nil : effective >> Self.runBits
  }

  /// A bucket by its name; nil if it is none.
  init?(name: some StringProtocol) {
    let parts = name.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count <= 2, let day = Int64(parts[0]) else { return nil }
    self.day = day
    guard parts.count == 2 else {
      run = nil
      return
    }
    guard let run = Int64(parts[1]) else { return nil }
    self.run = run
  }

  /// `<day>`, or `<day>@<run>`.
  var name: String { run.map { "\(day)@\($0)" } ?? "\(day)" }

  /// The stream of a slice.
  func stream(_ slice: Int) -> String { "\(LedgerState.streamPrefix)\(name):\(slice)" }

  /// The bucket and the slice of a stream; nil if it is none of journals.
  static func place(ofStream stream: String) -> (bucket: JournalBucket, slice: Int)? {
    guard stream.hasPrefix(LedgerState.streamPrefix), let colon = stream.utf8.lastIndex(of: UInt8(ascii: ":")) else {
      return nil
    }
    let start = stream.utf8.index(stream.utf8.startIndex, offsetBy: LedgerState.streamPrefix.utf8.count)
    guard start <= colon, let bucket = JournalBucket(name: stream[start..<colon]),
      let slice = Int(stream[stream.utf8.index(after: colon)...])
    else { return nil }
    return (bucket, slice)
  }

  /// The first day of which nothing is in it: all of it was recorded before that, and counts from before it.
  var end: Int64 { max(recorded.upperBound.day, effective.upperBound.day) }

  /// Whether all of it was recorded before a day, and counts from before it.
  func isOver(before day: Int64) -> Bool { end <= day }

  /// The streams of some slices.
  func streams(_ slices: Range<Int>) -> [String] { slices.map(stream) }

  /// When its journals were recorded.
  var recorded: Range<Timestamp> { Self.days(day..<(day + 1)) }

  /// When its journals count from.
  var effective: Range<Timestamp> {
    guard let run else { return Self.days((day - 1)..<(day + 1)) }
    return Self.days((run << Self.runBits)..<((run + 1) << Self.runBits))
  }

  private static func days(_ days: Range<Int64>) -> Range<Timestamp> {
    RecordsRemoved.start(of: days.lowerBound)..<RecordsRemoved.start(of: days.upperBound)
  }

  /// The slice of what belongs to a holder.
  static func slice(of holder: Substring.UTF8View) -> Int {
    Int(Digest.fnv1a(holder, after: Digest.start) % UInt64(slices))
  }

  /// The slices that may have entries of an account.
  static func slices(of account: Account) -> Range<Int> {
    account.holder.map { slice(of: $0) }.map { $0..<($0 + 1) } ?? 0..<slices
  }
}
