import Foundation
import GRDB

/// Why the archive can't be read: a sentence for people.
public struct ArchiveProblem: Error, Sendable, CustomStringConvertible {
  /// What it says to people.
  public let description: String

  init(_ description: String) { self.description = description }

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
