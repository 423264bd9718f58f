import EventStreams
import Foundation
import GRDB

/// Adds rows to the archive, each to the end of its shard's chain. Lives within one immediate transaction: other processes may
/// write to the file as well, so the chains' ends are read in it and stored in it.
struct ChainedInsert {
  private let database: Database
  private let insert: EventInsert
  private let domain: ArchiveDomain
  private var heads: [Int: ChainLink] = [:]
  private var changed: Set<Int> = []

  init(_ database: Database, of domain: ArchiveDomain) throws {
    self.database = database
    self.domain = domain
    insert = try EventInsert(database, subject: domain.subject)
  }

  /// Adds an event, unless its place is taken already. One that was late, because its batch was tried again, is simply a later link.
  mutating func add(_ event: RecordedEvent) throws {
    let head = try head(of: event.shard)
    guard let milliseconds = Int64(exactly: event.entryID.milliseconds),
      let sequence = Int64(exactly: event.entryID.sequence)
    else { throw Unprocessable("its id, \(event.entryID), is larger than what SQLite can keep") }
    let hash = ChainHash(after: head.hash, shard: event.shard, entryID: event.entryID, event: event.json)
    try insert.bind(Int64(event.shard), at: 1)
    try insert.bind(milliseconds, at: 2)
    try insert.bind(sequence, at: 3)
    try insert.bind(event.header?.id, at: 4)
    try insert.bind(event.header?.type.rawValue, at: 5)
    try insert.bind(event.header?.key, at: 6)
    try insert.bind(event.header?.timestamp.microsecondsSinceEpoch, at: 7)
    try insert.bind(text: event.json, at: 8)
    try insert.bind(Int64(head.number + 1), at: 9)
    try insert.bind(blob: hash.bytes, at: 10)
    if let subject = domain.subject { try insert.bind(subject.besideKey(of: event), at: 11) }
    guard try insert.run() > 0 else { return }
    heads[event.shard] = ChainLink(number: head.number + 1, hash: hash)
    changed.insert(event.shard)
  }

  /// Stores where the chains end now.
  func finish() throws {
    let update = try database.cachedStatement(sql: ArchiveTable.setHead)
    for shard in changed {
      guard let head = heads[shard] else { continue }
      try update.execute(arguments: [shard, head.number, Data(head.hash.bytes)])
    }
  }

  private mutating func head(of shard: Int) throws -> ChainLink {
    if let head = heads[shard] { return head }
    let select = try database.cachedStatement(sql: ArchiveTable.head)
    let found = try Row.fetchOne(select, arguments: [shard]).map { row in
      guard let hash = ChainHash(Array(row["hash"] as Data)) else {
        throw ArchiveProblem("the archive's chain of shard \(shard) is damaged: \(domain.advice.verify)")
      }
      return ChainLink(number: row["link"], hash: hash)
    }
    heads[shard] = found ?? .start
    return found ?? .start
  }
}
