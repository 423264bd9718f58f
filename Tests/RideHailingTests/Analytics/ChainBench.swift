import EventArchive
import EventStreams
import RideHailing
import Synchronization

/// An archive of its own, and ways to spoil it.
struct ChainBench {
  let keeper: ArchiveKeeper
  let path: String

  static func run(_ keeper: ArchiveKeeper, _ body: (ChainBench) async throws -> Void) async throws {
    try await keeper.run { try await body(ChainBench(keeper: keeper, path: $0)) }
  }

  /// The n-th event of a shard, at `1000-<n>`.
  static func event(_ number: Int, shard: Int = 0, id: String? = nil) -> RecordedEvent {
    let entryID = EntryID(milliseconds: 1000, sequence: UInt64(number))
    let id = id ?? "RIDE_RATED:r\(number)"
    let json = #"{"id":"\#(id)","type":"RIDE_RATED","timestamp":"2026-04-03T10:30:00Z","key":"r\#(number)","data":{}}"#
    let header = EventHeader(
      id: id, type: "RIDE_RATED", timestamp: Timestamp(secondsSinceEpoch: 1_775_212_200), key: "r\(number)")
    return RecordedEvent(shard: shard, entryID: entryID, header: header, json: Array(json.utf8))
  }

  /// Two shards with the events 1 to 20.
  func fill() async throws {
    let archive = try Archive(path: path, of: .rides)
    for shard in [0, 1] {
      try await archive.store((1...10).map { Self.event($0, shard: shard) })
      try await archive.store((11...20).map { Self.event($0, shard: shard) })
    }
  }

  func change(_ sql: String) throws { try keeper.change(path, sql) }

  /// The first column of a query's rows.
  func query(_ sql: String) async throws -> [QueryValue] {
    let rows = Mutex<[QueryValue]>([])
    try await ArchiveQuery(path: path, of: .rides).run(sql, onColumns: { _ in }) { row in
      rows.withLock { $0.append(row[0]) }
    }
    return rows.withLock { $0 }
  }

  /// What verification finds within the file.
  func verify() async throws -> ArchiveVerificationReport {
    try await ArchiveVerification(archive: ArchiveReader(path: path, of: .rides), inspector: nil, shards: nil).run()
  }
}
