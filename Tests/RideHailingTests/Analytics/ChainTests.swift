import EventArchive
import EventStreams
import Foundation
import GRDB
import RideHailing
import Testing

@Suite("The archive's chains") struct ChainTests {
  private typealias Bench = ChainBench

  private func faults(_ keeper: ArchiveKeeper, _ sql: String...) async throws -> [ArchiveFault] {
    var found: [ArchiveFault] = []
    try await Bench.run(keeper) { bench in
      try await bench.fill()
      for statement in sql { try bench.change(statement) }
      let report = try await bench.verify()
      #expect(report.faultCount == report.found.count)
      #expect(report.holds == report.found.isEmpty)
      found = report.found
    }
    return found
  }

  private func id(_ sequence: UInt64) -> EntryID { EntryID(milliseconds: 1000, sequence: sequence) }

  @Test("are made of hashes that anyone can recompute")
  func format() throws {
    let event = Array(#"{"type":"RIDE_RATED"}"#.utf8)
    // hashlib.sha256(bytes(32) + struct.pack('>QQQ', 3, 1775212200000, 1) + event), and so on with that hash.
    let first = ChainHash(
      after: .start, shard: 3, entryID: EntryID(milliseconds: 1_775_212_200_000, sequence: 1), event: event)
    #expect(first.description == "a05cd17cb76bd6a35a86246d801d9b21898fbf8952dbf4b67f78d27219c03599")
    let second = ChainHash(
      after: first, shard: 3, entryID: EntryID(milliseconds: 1_775_212_200_000, sequence: 2), event: event)
    #expect(second.description == "8c01e5211e3a03e48ef60a2267277004a2519a7a107aca98bd0c7a799621fa39")
  }

  @Test(
    "hold as they are stored; what is stored again takes no link; what is late is a later link",
    arguments: ArchiveKeeper.allCases)
  func clean(_ keeper: ArchiveKeeper) async throws {
    try await Bench.run(keeper) { bench in
      let archive = try Archive(path: bench.path, of: .rides)
      try await archive.store([1, 2, 5, 6].map { Bench.event($0) })
      try await archive.store([2, 3, 5].map { Bench.event($0) })
      // Another process that has the file open.
      try await Archive(path: bench.path, of: .rides).store(
        [4, 7].map { Bench.event($0) } + [Bench.event(1, shard: 7)])
      try await archive.store([8].map { Bench.event($0) })
      let report = try await bench.verify()
      #expect(report.found == [])
      #expect(report.shards.map(\.shard) == [0, 7])
      #expect(report.shards.map(\.rows) == [8, 1])
      let summaries = try await ArchiveReader(path: bench.path, of: .rides).summaries()
      #expect(summaries.map { $0.head?.number } == [8, 1])
      #expect(summaries[0].first == id(1) && summaries[0].last == id(8))
      let links = try await bench.query("SELECT link FROM events WHERE shard = 0 ORDER BY stream_seq")
      #expect(links == [1, 2, 5, 6, 3, 4, 7, 8].map { .integer($0) })
    }
  }

  @Test("hold what is no UTF-8, byte for byte", arguments: ArchiveKeeper.allCases)
  func bytes(_ keeper: ArchiveKeeper) async throws {
    try await Bench.run(keeper) { bench in
      let json: [UInt8] = [0xff, 0xfe, 0x00, 0x41]
      try await Archive(path: bench.path, of: .rides).store([
        RecordedEvent(shard: 0, entryID: id(1), header: nil, json: json), Bench.event(2),
      ])
      #expect(try await bench.verify().found == [])
      var history = ShardHistory(
        of: .rides, shard: 0, inspector: nil, archive: try ArchiveReader(path: bench.path, of: .rides))
      let first = try await history.nextEvent()
      #expect(first?.json == json && first?.header == nil)
      #expect(try await history.nextEvent()?.header?.id == "RIDE_RATED:r2")
      #expect(try await history.nextEvent() == nil)
    }
  }

  @Test("tell a changed event, entry id or hash, each once, and where", arguments: ArchiveKeeper.allCases)
  func changed(_ keeper: ArchiveKeeper) async throws {
    let zeros = keeper.bytes(String(repeating: "00", count: 32))
    for sql in [
      "UPDATE events SET event = \(keeper.replaced("10:30", "10:31")) WHERE shard = 1 AND stream_seq = 7",
      "UPDATE events SET hash = \(zeros) WHERE shard = 1 AND stream_seq = 7",
    ] {
      let found = try await faults(keeper, sql)
      #expect(found.map(\.kind) == [.changed])
      #expect(found.first?.shard == 1 && found.first?.entryID == id(7) && found.first?.link == 7)
    }
    let moved = try await faults(keeper, "UPDATE events SET stream_seq = 70 WHERE shard = 0 AND stream_seq = 7")
    #expect(moved.map(\.kind) == [.changed])
    #expect(moved.first?.entryID == id(70) && moved.first?.link == 7)
    // To another shard: it is missing in the one, and too much in the other.
    let away = try await faults(
      keeper, "UPDATE events SET shard = 1, stream_seq = 70 WHERE shard = 0 AND stream_seq = 7")
    #expect(Set(away.map { "\($0.kind) \($0.shard) \($0.link ?? 0)" }) == ["removed 0 7", "inserted 1 7"])
  }

  @Test("tell two changes apart, and go on after the first", arguments: ArchiveKeeper.allCases)
  func several(_ keeper: ArchiveKeeper) async throws {
    let found = try await faults(
      keeper,
      "UPDATE events SET event = event || ' ' WHERE stream_seq IN (3, 4, 12)",
      "DELETE FROM events WHERE stream_seq IN (15, 16) OR (shard = 1 AND stream_seq = 1)")
    #expect(found.filter { $0.kind == .changed }.map { $0.entryID } == [id(3), id(4), id(12), id(3), id(4), id(12)])
    let removed = found.filter { $0.kind == .removed }
    #expect(removed.map { "\($0.shard) \($0.link ?? 0)" } == ["0 15", "1 1", "1 15"])
    #expect(removed[0].entryID == id(14) && removed[1].entryID == nil)
    #expect(found.count == 9)
  }

  @Test("tell removed rows: in the middle, at the end, all of them", arguments: ArchiveKeeper.allCases)
  func removed(_ keeper: ArchiveKeeper) async throws {
    let middle = try await faults(keeper, "DELETE FROM events WHERE shard = 0 AND stream_seq = 9")
    #expect(middle.map(\.kind) == [.removed])
    #expect(middle.first?.entryID == id(8) && middle.first?.link == 9)
    #expect(middle.first?.detail.contains("a row missing, stored after 1000-8, stored before 1000-10") ?? false)
    let tail = try await faults(keeper, "DELETE FROM events WHERE shard = 0 AND stream_seq > 17")
    #expect(tail.map(\.kind) == [.removed])
    #expect(tail.first?.entryID == id(17) && tail.first?.link == 18)
    #expect(tail.first?.detail.contains("3 rows (links 18 to 20) missing") ?? false)
    let all = try await faults(keeper, "DELETE FROM events WHERE shard = 0")
    #expect(all.map(\.kind) == [.removed])
    #expect(all.first?.link == 1)
  }

  @Test("tell inserted rows, whatever link they pretend to have", arguments: ArchiveKeeper.allCases)
  func inserted(_ keeper: ArchiveKeeper) async throws {
    let zeros = keeper.bytes(String(repeating: "00", count: 32))
    let columns = "(shard, stream_ms, stream_seq, id, type, key, happened_at_us, event, link, hash)"
    // A link of another row, before and after that one; the next link; a hash that would be right; and none at all.
    let right = ChainHash(
      after: .start, shard: 0, entryID: EntryID(milliseconds: 999, sequence: 0), event: Array("{}".utf8))
    for (place, link, hash) in [
      ("999, 0", "5", zeros), ("1000, 99", "5", zeros), ("1000, 99", "21", zeros),
      ("1000, 99", "1", zeros), ("999, 0", "1", zeros), ("999, 0", "1", keeper.bytes("\(right)")),
    ] {
      let found = try await faults(
        keeper,
        "INSERT INTO events \(columns) VALUES (0, \(place), 'x', 'X', 'x', 0, '{}', \(link), \(hash))")
      #expect(found.contains { $0.kind == .inserted && "\($0.link ?? 0)" == link }, "\(place) \(link): \(found)")
      #expect(found.allSatisfy { $0.kind == .inserted }, "\(place) \(link): \(found)")
      #expect(found.allSatisfy { $0.entryID?.sequence == (place == "999, 0" ? 0 : 99) }, "\(place) \(link): \(found)")
    }
    let unlinked = try await faults(
      keeper,
      keeper.letUnchainedIn,
      "INSERT INTO events \(columns) VALUES (0, 1000, 99, 'x', 'X', 'x', 0, '{}', NULL, NULL)")
    #expect(unlinked.map(\.kind) == [.inserted])
    #expect(unlinked.first?.entryID == id(99))
  }

  @Test("tell swapped rows", arguments: ArchiveKeeper.allCases)
  func swapped(_ keeper: ArchiveKeeper) async throws {
    let events = try await faults(
      keeper,
      "CREATE TABLE swap AS SELECT 11 - stream_seq AS seq, event FROM events WHERE shard = 0 AND stream_seq IN (5, 6)",
      """
      UPDATE events SET event = (SELECT swap.event FROM swap WHERE seq = stream_seq)
      WHERE shard = 0 AND stream_seq IN (5, 6)
      """)
    #expect(events.map(\.kind) == [.changed, .changed])
    #expect(events.map(\.entryID) == [id(5), id(6)])
    let places = try await faults(
      keeper,
      "UPDATE events SET stream_seq = 100 WHERE shard = 0 AND stream_seq = 5",
      "UPDATE events SET stream_seq = 5 WHERE shard = 0 AND stream_seq = 6",
      "UPDATE events SET stream_seq = 6 WHERE shard = 0 AND stream_seq = 100")
    #expect(places.map(\.kind) == [.changed, .changed])
    #expect(Set(places.map(\.entryID)) == [id(5), id(6)])
    let links = try await faults(
      keeper,
      "UPDATE events SET link = 11 - link WHERE shard = 0 AND stream_seq IN (5, 6)")
    #expect(Set(links.map(\.kind)) == [.changed])
  }

  @Test("tell a changed or removed end", arguments: ArchiveKeeper.allCases)
  func head(_ keeper: ArchiveKeeper) async throws {
    let zeros = keeper.bytes(String(repeating: "00", count: 32))
    let hash = try await faults(keeper, "UPDATE chain_heads SET hash = \(zeros) WHERE shard = 1")
    #expect(hash.map(\.kind) == [.head])
    #expect(hash.first?.shard == 1)
    #expect(try await faults(keeper, "DELETE FROM chain_heads WHERE shard = 1").map(\.kind) == [.head])
    #expect(try await faults(keeper, "UPDATE chain_heads SET link = 30 WHERE shard = 0").map(\.kind) == [.removed])
    // The rows beyond are named, as if they had been added.
    let lowered = try await faults(
      keeper,
      "UPDATE chain_heads SET link = 18, hash = (SELECT hash FROM events WHERE shard = 0 AND link = 18) WHERE shard = 0"
    )
    #expect(lowered.map(\.kind) == [.inserted, .inserted])
    #expect(lowered.map(\.entryID) == [id(19), id(20)])
  }

  @Test("are made for the rows of an archive that had none, in the order of the log")
  func migration() async throws {
    try await Bench.run(.sqlite) { bench in
      try await bench.fill()
      // As a program made it that knew no chains.
      try bench.change(
        """
        DROP TRIGGER chained_only; DROP TABLE chain_heads; DROP INDEX events_by_key;
        CREATE INDEX events_by_key ON events (key);
        ALTER TABLE events DROP COLUMN link; ALTER TABLE events DROP COLUMN hash;
        DELETE FROM grdb_migrations WHERE identifier = 'chain';
        """)
      #expect(try await ArchiveReader(path: bench.path, of: .rides).summaries().map(\.rows) == [20, 20])
      await #expect(throws: ArchiveProblem.self) { _ = try await bench.verify() }
      var history = ShardHistory(
        of: .rides, shard: 0, inspector: nil, archive: try ArchiveReader(path: bench.path, of: .rides))
      #expect(try await history.nextEvent()?.header?.id == "RIDE_RATED:r1")
      // Two processes at once.
      try await withThrowingTaskGroup { group in
        for _ in 0..<2 { group.addTask { _ = try Archive(path: bench.path, of: .rides) } }
        try await group.waitForAll()
      }
      try await Archive(path: bench.path, of: .rides).store([Bench.event(21)])
      let report = try await bench.verify()
      #expect(report.found == [])
      #expect(report.shards.map(\.rows) == [21, 20])
      // A program that knows no chains can't add rows any more.
      #expect(throws: DatabaseError.self) {
        try bench.change("INSERT INTO events (shard, stream_ms, stream_seq, event) VALUES (0, 2000, 0, '{}')")
      }
    }
  }
}
