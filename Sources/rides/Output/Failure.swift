import EventArchive
import HiredisClient

/// Why a command ends without success: a sentence for people, and the exit status for scripts.
struct Failure: Error {
  let message: String
  let status: Int32

  /// Something was refused, or does not hold.
  static func refused(_ message: String) -> Failure { Failure(message: message, status: 1) }
  /// The command was used wrongly.
  static func usage(_ message: String) -> Failure { Failure(message: message, status: 64) }
  /// Output could not be written.
  static func unwritten(_ message: String) -> Failure { Failure(message: message, status: 74) }
  /// It did not happen in time.
  static func timeout(_ message: String) -> Failure { Failure(message: message, status: 75) }

  init(message: String, status: Int32) {
    self.message = message
    self.status = status
  }

  /// What an archive is not, or who keeps it says.
  init(_ problem: ArchiveProblem) {
    self.init(message: problem.description, status: problem.isOfServer ? 69 : 64)
  }

  init(_ error: RedisError) {
    switch error.code {
    case .connectionRefused, .unreachable:
      self.init(message: "\(error); start one with scripts/start-workers or set REDIS_URL", status: 69)
    case .timeout, .connectionClosed, .authentication, .serverLoading, .tls, .unsupportedServer, .readOnly, .masterDown:
      self.init(message: "\(error)", status: 69)
    case .invalidURL:
      self.init(message: "\(error)", status: 64)
    default:
      self.init(message: "\(error)", status: 1)
    }
  }
}
