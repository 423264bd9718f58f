public import EventStreams
import Foundation
import GRDB
import PostgreSQL

/// Why the archive can't be read or written: a sentence for people.
public struct ArchiveProblem: StoreProblem, Sendable, CustomStringConvertible {
  /// What it says to people.
  public let description: String
  /// Whether it is the database's server that can't be reached or lets nobody in, rather than the archive that is not what it should be.
  public let isOfServer: Bool
  /// Whether it passes by itself, and what failed may be tried again.
  public let isPassing: Bool

  init(_ description: String, isOfServer: Bool = false, isPassing: Bool = false) {
    self.description = description
    self.isOfServer = isOfServer
    self.isPassing = isPassing
  }

  init(_ place: PostgresURL, _ error: PostgresError) {
    let what = "the archive \(place)"
    switch error.kind {
    case .unreachable: self.init("\(what) can't be reached: \(error)", isOfServer: true, isPassing: true)
    case .rejected:
      self.init(
        "\(what) refuses this user: \(error); the password is taken from PGPASSWORD or ~/.pgpass", isOfServer: true)
    case .noDatabase:
      self.init("\(what) is not there: \(error); make the database with createdb", isOfServer: true)
    case .noRight:
      self.init("\(what) can't be used with this user's rights: \(error); its owner can grant them", isOfServer: true)
    case .conflict: self.init("\(what) is in use by others: \(error)", isOfServer: true, isPassing: true)
    case .readOnly: self.init("\(what) can't be written to: \(error)", isOfServer: true)
    case .other: self.init("\(what): \(error)\(error.state.isEmpty ? "" : " (\(error.state))")")
    }
  }

  init(writing path: String, _ error: DatabaseError) {
    switch error.resultCode {
    case .SQLITE_NOTADB: self.init("\(path) is no SQLite database")
    default:
      self.init(
        "the archive \(path) can't be written (\(error.message ?? "\(error.resultCode)")); name a file that can be, in a folder that can be written to, with --archive"
      )
    }
  }

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

extension Error {
  /// What the system says, without the code of the library that asked it.
  var reason: String {
    let error = self as NSError
    let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    return cause.domain == NSPOSIXErrorDomain
      ? String(cString: strerror(Int32(cause.code))) : cause.localizedDescription
  }
}
