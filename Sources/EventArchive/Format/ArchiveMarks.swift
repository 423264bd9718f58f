import EventStreams
import Foundation
import GRDB

/// Compares an archive with what Redis knows that it held.
struct ArchiveMarks {
  let database: Database
  let path: String
  let domain: ArchiveDomain

  /// What tells the archive from others; copies have the same.
  func identity() throws -> StoreIdentity {
    guard try database.tableExists("archive"), let name = try String.fetchOne(database, sql: "SELECT name FROM archive")
    else {
      throw ArchiveProblem("the archive \(path) has no name yet: \(domain.service) gives it one when it next opens it")
    }
    return StoreIdentity(name: name, place: path)
  }

  /// Where these shards end.
  ///
  /// - Throws: `ArchiveProblem` if a shard does not hold what its mark says.
  func verify(_ marks: [Int: StoreMark]) throws -> [Int: StoreMark] {
    var ends: [Int: StoreMark] = [:]
    for (shard, mark) in marks {
      let end = try end(of: shard)
      if end != mark { try check(mark, shard, end) }
      ends[shard] = end
    }
    return ends
  }

  func end(of shard: Int) throws -> StoreMark {
    let head = try Row.fetchOne(
      database.cachedStatement(sql: ArchiveTable.head), arguments: [shard]
    )
    guard let head else { return StoreMark(ChainLink.start) }
    return StoreMark(number: head["link"], digest: Array(head["hash"] as Data).hexadecimal)
  }

  private func check(_ mark: StoreMark, _ shard: Int, _ end: StoreMark) throws {
    guard end.number > mark.number else {
      throw ArchiveProblem(
        "the archive \(path) ends with link \(end.number) in shard \(shard)\(end.number == mark.number ? ", which is another one" : "") and link \(mark.number) was stored: it is an older copy, or it was changed; put the right file there, or have the log make this one complete: \(domain.advice.complete)"
      )
    }
    // Another process has stored more; seldom, and it takes a look at all rows of the shard.
    let hash = try Data.fetchOne(
      database, sql: "SELECT hash FROM events WHERE shard = ? AND link = ?", arguments: [shard, mark.number])
    guard hash.map({ Array($0).hexadecimal }) == mark.digest else {
      throw ArchiveProblem(
        "the archive \(path) holds something else at link \(mark.number) of shard \(shard) than what was stored: it is a copy that has gone its own way, or it was changed; \(domain.advice.verify)"
      )
    }
  }
}

extension StoreMark {
  init(_ link: ChainLink) { self.init(number: link.number, digest: link.hash.description) }
}
