import GRDB

/// Why the archive can't be read: a sentence for people.
public struct ArchiveProblem: Error, Sendable, CustomStringConvertible {
  /// What it says to people.
  public let description: String

  init(_ description: String) { self.description = description }

  init(opening path: String, _ error: any Error) {
    guard let error = error as? DatabaseError else {
      self.init("\(path) can't be read: \(error)")
      return
    }
    switch error.resultCode {
    case .SQLITE_NOTADB: self.init("\(path) is no SQLite database")
    case .SQLITE_CANTOPEN:
      self.init(
        "\(path) can't be opened; reading an archive takes the right to write \(path)-shm, which its readers and writers share"
      )
    default: self.init("\(path) can't be read: \(error.message ?? "\(error.resultCode)")")
    }
  }
}
