import Foundation
package import GRDB

/// The archive, opened so that nothing can change it. Another process may write to it at the same time.
package struct ArchiveFile: Sendable {
  let path: String
  private let database: DatabaseQueue

  /// Opens a file that is there.
  package init(path: String, of domain: ArchiveDomain) throws(ArchiveProblem) {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else {
      throw ArchiveProblem("there is no archive at \(path); \(domain.advice.find)")
    }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(30)
    do {
      database = try DatabaseQueue(path: path, configuration: configuration)
      guard try database.read({ try $0.tableExists("events") }) else {
        throw ArchiveProblem("\(path) is no archive of events: it has no table events")
      }
    } catch let problem as ArchiveProblem {
      throw problem
    } catch {
      throw ArchiveProblem(opening: path, error)
    }
  }

  func hasTable(_ name: String) throws -> Bool { try database.read { try $0.tableExists(name) } }

  func hasIndex(_ name: String) throws -> Bool {
    try database.read {
      try Bool.fetchOne(
        $0, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?)", arguments: [name])
        ?? false
    }
  }

  /// Reads one state of it, whatever is written meanwhile.
  package func read<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) async throws -> Result {
    try await database.read(body)
  }
}
