import Foundation
import PostgreSQL

/// Where an archive is: a file of SQLite's, or a database of PostgreSQL's.
public struct ArchivePlace: Sendable, Hashable, CustomStringConvertible {
  enum Kind: Sendable, Hashable {
    case file(String)
    case server(PostgresURL)
  }

  let kind: Kind

  /// A place.
  ///
  /// - Parameter text: a path, or a URL: `postgres://user@host/database`.
  public init(_ text: String) throws(ArchiveProblem) {
    guard PostgresURL.isOne(text) else {
      kind = .file(text)
      return
    }
    // Not what libpq says of it, which repeats parts of it: there may be a password in them.
    guard let url = PostgresURL(text) else {
      throw ArchiveProblem(
        "the archive's URL can't be read; it looks like postgres://user@host:5432/database, with characters such as @ and / in names as %40 and %2F, and the password in PGPASSWORD or ~/.pgpass"
      )
    }
    kind = .server(url)
  }

  /// A path, or a URL without its password.
  public var description: String {
    switch kind {
    case .file(let path): path
    case .server(let url): "\(url)"
    }
  }

  /// As it is known to others: a whole path, or a URL without its password.
  var path: String {
    switch kind {
    case .file(let path): URL(fileURLWithPath: path).path(percentEncoded: false)
    case .server(let url): "\(url)"
    }
  }

  /// Whether there is no need to look whether something is there: a file that nobody has made yet is not.
  public var isThere: Bool {
    switch kind {
    case .file(let path): FileManager.default.fileExists(atPath: path)
    case .server: true
    }
  }

  /// Whether it is on this machine.
  var isFile: Bool { if case .file = kind { true } else { false } }

  /// Opens it so that nothing can change it.
  package func open(_ domain: ArchiveDomain) throws(ArchiveProblem) -> any ArchiveHome {
    switch kind {
    case .file(let path): try ArchiveFile(path: path, of: domain)
    case .server(let url): try PostgresArchive(url, of: domain)
    }
  }

  /// Opens it to write, making what is not there.
  ///
  /// - Parameter steps: by which its tables come to be what they are.
  func openStore(_ domain: ArchiveDomain, _ steps: [ArchiveStep]) throws -> any ArchiveStoreHome {
    switch kind {
    case .file(let path): try SQLiteStore(path: path, of: domain, steps)
    case .server(let url): try PostgresStore(url, of: domain, steps)
    }
  }
}
