import EventStreams

/// Adds rows to the archive, each to the end of its shard's chain. Lives within one transaction in which nobody else adds to these
/// shards: the chains' ends are read in it and stored in it.
struct ChainedInsert {
  private struct Shard {
    var head: ChainLink
    /// The last place that is taken.
    var last: EntryID
    /// Places up to that one that were taken here.
    var added: Set<EntryID> = []
  }

  private let database: any ArchiveDatabase
  private let domain: ArchiveDomain
  private var shards: [Int: Shard] = [:]
  private var rows: [ChainedRow] = []

  init(_ database: any ArchiveDatabase, of domain: ArchiveDomain) {
    self.database = database
    self.domain = domain
  }

  /// Adds an event, unless its place is taken already. One that was late, because its batch was tried again, is simply a later link.
  mutating func add(_ event: RecordedEvent) throws {
    // Taken out, so that what was added is not copied when there is more.
    var shard = try shards.removeValue(forKey: event.shard) ?? shard(event.shard)
    defer { shards[event.shard] = shard }
    let (id, before) = (event.entryID, shard.head)
    guard let milliseconds = Int64(exactly: id.milliseconds), let sequence = Int64(exactly: id.sequence) else {
      throw Unprocessable("its id, \(id), is larger than what the archive can keep")
    }
    if id > shard.last {
      shard.last = id
    } else if try shard.added.contains(id) || isTaken(event.shard, milliseconds, sequence) {
      return
    }
    shard.added.insert(id)
    let hash = ChainHash(after: before.hash, shard: event.shard, entryID: id, event: event.json)
    shard.head = ChainLink(number: before.number + 1, hash: hash)
    rows.append(ChainedRow(event: event, milliseconds: milliseconds, sequence: sequence, link: shard.head))
  }

  /// Stores the rows, and where the chains end now.
  func finish() throws {
    guard !rows.isEmpty else { return }
    try database.insert(rows, domain.subject)
    for (number, shard) in shards where !shard.added.isEmpty { try database.setHead(of: number, shard.head) }
  }

  private func isTaken(_ shard: Int, _ milliseconds: Int64, _ sequence: Int64) throws -> Bool {
    try database.number(
      "SELECT 1 FROM events WHERE shard = ? AND stream_ms = ? AND stream_seq = ?",
      [.integer(Int64(shard)), .integer(milliseconds), .integer(sequence)]) != nil
  }

  private func shard(_ number: Int) throws -> Shard {
    let head = try database.first(ArchiveTable.head, [.integer(Int64(number))]) { row in
      guard let hash = try ChainHash(row.bytes(1) ?? []), let link = row.integer(0) else {
        throw ArchiveProblem("the archive's chain of shard \(number) is damaged: \(domain.advice.verify)")
      }
      return ChainLink(number: Int(link), hash: hash)
    }
    return Shard(head: head ?? .start, last: try ArchiveReader.end(of: number, "DESC", database) ?? .zero)
  }
}

extension ArchiveDatabase {
  /// Stores where a shard's chain ends.
  func setHead(of shard: Int, _ head: ChainLink) throws {
    let values: [SQLValue] = [.integer(Int64(shard)), .integer(Int64(head.number)), .bytes(head.hash.bytes)]
    try rows(ArchiveTable.setHead, values) { _ in }
  }
}
