import EventArchive
import Foundation
import GRDB
import PostgreSQL
import RedisTestSupport
import RideHailing
import Testing

/// What keeps an archive: tests of archives hold for each.
enum ArchiveKeeper: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case sqlite, postgresql

  var testDescription: String { rawValue }

  /// Where an archive can be made that nobody else has.
  ///
  /// - Parameter folder: for files.
  func place(in folder: URL) async throws -> String {
    switch self {
    case .sqlite: return folder.appending(path: "archive.sqlite").path()
    case .postgresql:
      let server = try await PostgresServer.shared
      return server.url(try server.makeDatabase())
    }
  }

  /// Runs a test with such a place.
  func run(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(try await place(in: folder))
  }

  /// Changes an archive behind its back.
  func change(_ path: String, _ sql: String) throws {
    switch self {
    case .sqlite: try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
    case .postgresql: try PostgresConnection(#require(PostgresURL(path))).execute(sql)
    }
  }

  /// Bytes, in SQL.
  func bytes(_ hexadecimal: String) -> String {
    self == .sqlite ? "x'\(hexadecimal)'" : #"'\x\#(hexadecimal)'::bytea"#
  }

  /// An event in which something is replaced, in SQL.
  func replaced(_ old: String, _ new: String) -> String {
    self == .sqlite
      ? "replace(event, '\(old)', '\(new)')"
      : "convert_to(replace(convert_from(event, 'UTF8'), '\(old)', '\(new)'), 'UTF8')"
  }

  /// Lets rows in that are in no chain.
  var letUnchainedIn: String {
    self == .sqlite
      ? "DROP TRIGGER chained_only"
      : "ALTER TABLE events ALTER link DROP NOT NULL; ALTER TABLE events ALTER hash DROP NOT NULL"
  }
}
