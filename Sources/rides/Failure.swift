import ArgumentParser
import EventStreams
import Foundation
import Redis

/// Why a command failed: one line for people, and the exit status.
struct Failure: Error, CustomStringConvertible {
  let description: String
  let status: Int32

  /// A failure; status 1 unless it is one of those that scripts look for.
  init(_ description: String, status: Int32 = 1) {
    self.description = description
    self.status = status
  }

  /// EX_USAGE
  static let usage: Int32 = 64
  /// EX_UNAVAILABLE
  static let unavailable: Int32 = 69
  /// EX_TEMPFAIL
  static let timeout: Int32 = 75

  /// Ends the process: prints help where it was asked for, else one line on standard error.
  static func exit(with error: any Error) -> Never {
    if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
    let failure: Failure
    switch error {
    case let error as Failure: failure = error
    case let error as RedisError: failure = Failure(error)
    case let error as TopicError: failure = Failure(error.description)
    default:
      let status = Rides.exitCode(for: error)
      if status == .success {
        print(Rides.fullMessage(for: error))
        Foundation.exit(0)
      }
      failure = Failure(Rides.message(for: error), status: status.rawValue)
    }
    Terminal.complain(failure.description)
    Foundation.exit(failure.status)
  }

  private init(_ error: RedisError) {
    switch error.code {
    case .connectionRefused, .unreachable:
      self.init("\(error); start one with scripts/start-workers or set REDIS_URL", status: Self.unavailable)
    case .timeout, .connectionClosed, .serverLoading, .tooManyClients:
      self.init("\(error)", status: Self.unavailable)
    case .invalidURL, .tlsUnsupported: self.init("\(error)", status: Self.usage)
    default: self.init("\(error)")
    }
  }
}
