import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import PostgreSQL
import RedisTestSupport
import RideHailing
import Testing

@Suite("Readers of an archive that many share") struct ArchiveReadersTests {
  @Test("are few connections to a server, however many ask")
  func connections() async throws {
    try await PostgresServer.with { postgres in
      let url = postgres.url(try postgres.makeDatabase())
      _ = try Archive(path: url, of: .rides)
      let watcher = try PostgresConnection(#require(PostgresURL(url)))
      func count() throws -> Int {
        var count = 0
        try watcher.rows("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()", []) {
          count = Int($0.integer(0) ?? 0)
        }
        return count
      }
      let readers = ArchiveReaders(path: url, of: .rides, count: 3)
      _ = try await readers.reader()
      let before = try count()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<60 {
          group.addTask {
            let trace = try await readers.reader().trace("nothing", shards: 0..<4)
            #expect(trace.events.isEmpty)
          }
        }
        try await group.waitForAll()
      }
      let after = try count()
      #expect(after <= before + 2)
    }
  }

  @Test("read what has the name now, when another file has taken its place, and what was not there before")
  func replaced() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "readers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "archive.sqlite").path()
    let readers = ArchiveReaders(path: path, of: .rides, count: 2)
    #expect(!readers.isThere)
    await #expect(throws: ArchiveProblem.self) { try await readers.reader() }
    var names: Set<String> = []
    for _ in 0..<2 {
      for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
      _ = try Archive(path: path, of: .rides)
      for _ in 0..<4 { names.insert(try await readers.reader().identity().name) }
    }
    #expect(readers.isThere && names.count == 2)
  }
}
