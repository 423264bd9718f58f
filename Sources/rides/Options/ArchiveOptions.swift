import ArgumentParser
import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RideHailing

/// Which archive is meant.
struct ArchiveOptions: ParsableArguments {
  @Option(
    help:
      "The archive of analytics: an SQLite file, or the URL of a PostgreSQL database, postgres://user@host/database. (default: .rides/archive.sqlite)"
  )
  var archive: String?

  static let usualPath = ".rides/archive.sqlite"

  /// Its file, or the URL of its database.
  var path: String { archive ?? Self.usualPath }

  /// The archive.
  func open() throws -> ArchiveReader { try Self.open(path) }

  /// The archive at a path.
  static func open(_ path: String) throws -> ArchiveReader {
    do {
      return try ArchiveReader(path: path, of: ChosenServices.list.archive)
    } catch let problem as ArchiveProblem {
      throw Failure(problem)
    }
  }

  /// What has left the services' state and is in the archive; nil if none was named and the usual one isn't there.
  func closedJournals(_ namespace: Namespace, _ connection: Connection) throws -> ClosedJournals? {
    try openIfPresent().map {
      ClosedJournals(archive: $0, inspector: Inspector(namespace: namespace, connection: connection))
    }
  }

  /// The archive; nil if none was named and the usual one isn't there.
  func openIfPresent() throws -> ArchiveReader? {
    if archive == nil, !FileManager.default.fileExists(atPath: Self.usualPath) { return nil }
    return try open()
  }
}
