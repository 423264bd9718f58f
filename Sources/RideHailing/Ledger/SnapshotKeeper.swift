import EventStreams
import Synchronization

/// Counts what a service books on each account, and takes a snapshot of the entries when there are enough of them.
///
/// The snapshot is an effect like any other: committed with the event that made the account reach the number, by the owner of the
/// shard. Counts are kept in memory and begin anew with each term; entries booked before are covered by the next snapshot.
final class SnapshotKeeper: Sendable {
  private struct Counts {
    var term: Int
    var entries: [Account: Int] = [:]

    /// Counts a journal's postings; returns the accounts that have come to the number.
    mutating func note(_ postings: [Posting], entriesPerSnapshot: Int) -> [Account] {
      var due: [Account] = []
      for posting in postings where Self.isReached(entriesPerSnapshot, by: &entries[posting.account, default: 0]) {
        due.append(posting.account)
      }
      return due
    }

    private static func isReached(_ number: Int, by count: inout Int) -> Bool {
      count = count + 1 == number ? 0 : count + 1
      return count == 0
    }
  }

  private let counts = Mutex<[Int: Counts]>([:])
  private let entriesPerSnapshot: Int

  init(entriesPerSnapshot: Int = LedgerState.entriesPerSnapshot) { self.entriesPerSnapshot = entriesPerSnapshot }

  /// The effects that book a journal, with the snapshots that have become due.
  func booking(_ journal: Journal, in shard: OwnedShard) async throws -> Effects {
    var effects = Effects { journal.post(to: &$0) }
    try await note(journal, in: shard, &effects)
    return effects
  }

  /// Takes in a journal, and adds the snapshots that have become due.
  func note(_ journal: Journal, in shard: OwnedShard, _ effects: inout Effects) async throws {
    let due = counts.withLock { shards in
      if shards[shard.number]?.term != shard.term { shards[shard.number] = Counts(term: shard.term) }
      return shards[shard.number]?.note(journal.postings, entriesPerSnapshot: entriesPerSnapshot) ?? []
    }
    for account in due { try await snapshot(account, shard, &effects) }
  }

  private func snapshot(_ account: Account, _ shard: OwnedShard, _ effects: inout Effects) async throws {
    let previous = try await shard.field(LedgerState.snapshots, account.name)
    var after = previous.flatMap { StreamID($0) } ?? .zero
    var last = previous
    // Usually one: as many as were booked since the last snapshot.
    while true {
      let page = try await shard.records(
        LedgerState.stream(account), after: after, limit: entriesPerSnapshot, as: AccountMovement.self)
      guard let through = page.last?.streamID,
        let snapshot = AccountSnapshot(page.map(\.value), through: through)
      else { return }
      effects.when(LedgerState.snapshots, account.name, last.map { .equals($0) } ?? .isAbsent) {
        $0.set(LedgerState.snapshots, account.name, to: through.description)
        $0.append(to: LedgerState.snapshotStream(account), snapshot)
      }
      guard page.count >= entriesPerSnapshot else { return }
      last = through.description
      after = through
    }
  }
}
