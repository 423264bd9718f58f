import ArgumentParser
import Logging

/// How much is logged, as an argument.
struct LogLevelArgument: ExpressibleByArgument, Sendable {
  let level: Logger.Level

  static let info = LogLevelArgument(level: .info)

  init(level: Logger.Level) { self.level = level }

  init?(argument: String) {
    guard let level = Logger.Level(rawValue: argument) else { return nil }
    self.level = level
  }

  var defaultValueDescription: String { level.rawValue }

  /// A logger of standard error.
  var logger: Logger {
    var logger = Logger(label: "rides", factory: { _ in LineLogHandler() })
    logger.logLevel = level
    return logger
  }
}
