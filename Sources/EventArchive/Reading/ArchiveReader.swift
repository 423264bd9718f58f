public import EventStreams

/// Reads the archive, and can't change it: for the audit, verification, export, replay, rebuild, and services that start from
/// history.
public struct ArchiveReader: Sendable {
  /// Its file, or its database's URL without a password.
  public let path: String
  /// False for an archive that no program with chains has opened yet.
  public let isChained: Bool
  /// What its events are.
  public let domain: ArchiveDomain
  /// Nil for an archive that was last opened by a program which found events by key alone.
  let subject: ArchiveDomain.Subject?
  package let database: any ArchiveHome

  /// Opens an archive.
  ///
  /// - Parameters:
  ///   - path: of its file, or the URL of its database.
  ///   - domain: what its events are.
  /// - Throws: `ArchiveProblem` if there is none, or what its database says.
  public init(path: String, of domain: ArchiveDomain) throws {
    let place = try ArchivePlace(path)
    let database = try place.open(domain)
    isChained = try database.has("chain_heads")
    subject = try domain.subject.flatMap { try database.has(ArchiveTable.index(of: $0)) ? $0 : nil }
    self.database = database
    self.domain = domain
    self.path = place.description
  }

  /// False if what was opened is not what has its name now: another file has taken its place.
  var isCurrent: Bool { database.isCurrent }

  // MARK: Rows

  /// Rows of a shard in the order of their places, a page of them.
  package func rows(_ query: Query) async throws -> [ArchivedEvent] {
    let (isChained, subject) = (isChained, subject)
    return try await database.read { try Self.page(query, $0, isChained: isChained, subject) }
  }

  /// The shards that have rows.
  public func shards() async throws -> [Int] {
    try await database.read { try Self.shards($0) }
  }

  /// The place of a shard's last row; nil if it has none.
  public func lastID(shard: Int) async throws -> EntryID? {
    try await database.read { try Self.end(of: shard, "DESC", $0) }
  }

  /// The place of a shard's first row; nil if it has none.
  public func firstID(shard: Int) async throws -> EntryID? {
    try await database.read { try Self.end(of: shard, "ASC", $0) }
  }

  /// How many rows a shard has, as its chain counts them.
  public func count(shard: Int) async throws -> Int {
    let sql =
      isChained
      ? "SELECT link FROM chain_heads WHERE shard = ?" : "SELECT count(*) FROM events WHERE shard = ?"
    return try await database.read { try $0.number(sql, [.integer(Int64(shard))]) ?? 0 }
  }

  /// The first place of an event in a shard; nil if it is not there.
  func place(of header: EventHeader, shard: Int) async throws -> EntryID? {
    try await place(of: header, shard, "ASC")
  }

  /// The last place of an event in a shard; nil if it is not there.
  func lastPlace(of header: EventHeader, shard: Int) async throws -> EntryID? {
    try await place(of: header, shard, "DESC")
  }

  private func place(of header: EventHeader, _ shard: Int, _ order: String) async throws -> EntryID? {
    let sql = """
      SELECT stream_ms, stream_seq FROM events WHERE key = ? AND id = ? AND shard = ?
      ORDER BY stream_ms \(order), stream_seq \(order) LIMIT 1
      """
    return try await database.read { database in
      let values: [SQLValue] = [.text(header.key), .text(header.id), .integer(Int64(shard))]
      return try database.first(sql, values, Self.entryID)
    }
  }

  static func shards(_ database: any ArchiveDatabase) throws -> [Int] {
    var shards: [Int] = []
    while let shard = try database.number(
      "SELECT min(shard) FROM events WHERE shard > ?", [.integer(Int64(shards.last ?? -1))])
    {
      shards.append(shard)
    }
    return shards
  }

  static func end(of shard: Int, _ order: String, _ database: any ArchiveDatabase) throws -> EntryID? {
    let sql = """
      SELECT stream_ms, stream_seq FROM events WHERE shard = ?
      ORDER BY stream_ms \(order), stream_seq \(order) LIMIT 1
      """
    return try database.first(sql, [.integer(Int64(shard))], entryID)
  }

  static func entryID(_ row: any SQLRow) -> EntryID {
    EntryID(
      milliseconds: UInt64(clamping: row.integer(0) ?? 0), sequence: UInt64(clamping: row.integer(1) ?? 0))
  }
}
