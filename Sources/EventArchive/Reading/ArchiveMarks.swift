import EventStreams

/// Compares an archive with what Redis knows that it held.
struct ArchiveMarks {
  let database: any ArchiveDatabase
  let path: String
  let domain: ArchiveDomain

  /// What tells the archive from others; copies have the same.
  func identity() throws -> StoreIdentity {
    guard try database.has("archive"),
      let name = try database.first("SELECT name FROM archive", [], { $0.text(0) ?? "" })
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
    try database.first(ArchiveTable.head, [.integer(Int64(shard))]) {
      StoreMark(number: Int($0.integer(0) ?? 0), digest: try ($0.bytes(1) ?? []).hexadecimal)
    } ?? StoreMark(ChainLink.start)
  }

  private func check(_ mark: StoreMark, _ shard: Int, _ end: StoreMark) throws {
    guard end.number > mark.number else {
      throw ArchiveProblem(
        "the archive \(path) ends with link \(end.number) in shard \(shard)\(end.number == mark.number ? ", which is another one" : "") and link \(mark.number) was stored: it is an older copy, or it was changed; put the right file there, or have the log make this one complete: \(domain.advice.complete)"
      )
    }
    // Another process has stored more; seldom, and it takes a look at all rows of the shard.
    let hash = try database.first(
      "SELECT hash FROM events WHERE shard = ? AND link = ?",
      [.integer(Int64(shard)), .integer(Int64(mark.number))]
    ) { try $0.bytes(0)?.hexadecimal }
    guard hash == mark.digest else {
      throw ArchiveProblem(
        "the archive \(path) holds something else at link \(mark.number) of shard \(shard) than what was stored: it is a copy that has gone its own way, or it was changed; \(domain.advice.verify)"
      )
    }
  }
}

extension StoreMark {
  init(_ link: ChainLink) { self.init(number: link.number, digest: link.hash.description) }
}
