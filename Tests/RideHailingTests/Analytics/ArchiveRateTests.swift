import EventArchive
import EventStreams
import Foundation
import RedisTestSupport
import RideHailing
import Testing

/// In `scripts/conformance`: ARCHIVE_RATE says how much of a file's rate PostgreSQL has to reach. Nothing else may run beside it.
@Suite("The rate of an archive", .enabled(if: ProcessInfo.processInfo.environment["ARCHIVE_RATE"] != nil))
struct ArchiveRateTests {
  /// Stores 20,000 rides of four shards in batches of 500, as a worker does.
  private func seconds(_ path: String) async throws -> Double {
    let archive = try Archive(path: path, of: .rides)
    let events = (0..<20_000).map { number in
      let event = EncodedEvent(completedRide("r\(number)"))
      let id = EntryID(milliseconds: 1000, sequence: UInt64(number))
      let header = EventHeader(
        id: event.id, type: event.type, timestamp: Timestamp(secondsSinceEpoch: 1_775_212_200), key: "r\(number)")
      return RecordedEvent(shard: number / 500 % 4, entryID: id, header: header, json: event.json)
    }
    let start = ContinuousClock.now
    var marks: [Int: StoreMark] = [:]
    for first in stride(from: 0, to: events.count, by: 500) {
      marks.merge(try await archive.store(Array(events[first..<first + 500]), after: marks)) { $1 }
    }
    return (ContinuousClock.now - start) / .seconds(1)
  }

  @Test("is in PostgreSQL at least such a part of what it is in a file, with both on disk before they answer")
  func ratio() async throws {
    let bar = try #require(ProcessInfo.processInfo.environment["ARCHIVE_RATE"].flatMap { Double($0) })
    try await PostgresServer.with(settings: []) { postgres in
      let folder = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      var ratios: [Double] = []
      for round in 0..<5 {
        let file = try await seconds(folder.appending(path: "\(round).sqlite").path())
        let server = try await seconds(postgres.url(try postgres.makeDatabase()))
        ratios.append(file / server)
      }
      print("PostgreSQL to SQLite, events a second: \(ratios)")
      #expect(try #require(ratios.max()) >= bar, "\(ratios)")
    }
  }
}
