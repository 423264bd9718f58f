import EventStreams

/// Has the journals of days that are over long enough leave the state of the service that keeps them. What they come to stays, by account:
/// so a balance is the sum of that and of the entries that are there.
struct JournalClosing: Sendable {
  /// What leaves, by `<account>|<currency>`.
  private struct Carried {
    var sums: [Identifier: Int] = [:]
    var counts: [Identifier: Int] = [:]

    /// Takes in a journal that leaves. Entries of accounts of one holder are counted then;
    mutating func add(_ journal: Journal) throws {
      for posting in journal.postings {
        let field = Identifier(LedgerState.field(posting.account, posting.amount.currency))
        try sums.add(posting.amount.minorUnits, to: field)
        if posting.account.holder != nil { try counts.add(1, to: field) }
      }
    }

    /// those of the accounts that nearly every journal touches have been counted by bucket.
    mutating func add(_ count: String, of field: Identifier) throws {
      guard let bar = field.text.utf8.firstIndex(of: UInt8(ascii: "|")) else { return }
      try counts.add(Int(count) ?? 0, to: Identifier(String(field.text[field.text.utf8.index(after: bar)...])))
    }
  }

  /// The effects of what leaves with an event.
  func removal(_ event: Event<RecordsRemoved>) async throws -> Effects {
    let removal = event.data
    // Nothing is booked any more in a day that is over, but for what has waited since.
    guard removal.before < event.entryID.recordedAt.day else {
      throw Unprocessable("what was recorded the day before the event does not leave yet")
    }
    let shard = event.shard
    let fields = try await shard.hash(LedgerState.buckets)
    let closed = ClosedSlices(try await shard.hash(LedgerState.closed))
    // Also what was booked late in days that have been closed.
    let leaving = Set(fields.keys.compactMap { JournalBucket(name: $0.text) }).filter {
      $0.isOver(before: removal.before)
    }
    var carried = Carried()
    for slice in removal.slices {
      for bucket in leaving {
        for (_, journal) in try await shard.records(bucket.stream(slice), after: .zero, limit: .max, as: Journal.self) {
          try carried.add(journal)
        }
      }
    }
    // Buckets themselves go with the last part.
    let counts = removal.isLast ? fields.filter { Self.bucket(of: $0.key).map(leaving.contains) == true } : [:]
    for (field, count) in counts { try carried.add(count, of: field) }
    return Effects { effects in
      for (field, sum) in carried.sums { effects.increment(LedgerState.closedSums, field.text, by: sum) }
      for (field, count) in carried.counts { effects.increment(LedgerState.closedCounts, field.text, by: count) }
      for slice in removal.slices {
        for bucket in leaving { effects.delete(bucket.stream(slice)) }
        effects.set(
          LedgerState.closed, String(slice), to: String(max(removal.before, closed.before(slice) ?? removal.before)))
      }
      for field in counts.keys { effects.remove(LedgerState.buckets, field.text) }
    }
  }

  /// The bucket that a field of `LedgerState.buckets` is about.
  private static func bucket(of field: Identifier) -> JournalBucket? {
    JournalBucket(name: field.text[..<(field.text.utf8.firstIndex(of: UInt8(ascii: "|")) ?? field.text.endIndex)])
  }
}
