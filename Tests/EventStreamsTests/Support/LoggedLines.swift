import Logging
import Synchronization

/// Keeps what is logged, with its metadata.
final class LoggedLines: Sendable {
  private let all = Mutex<[String]>([])

  /// A logger for this level and above.
  func logger(_ level: Logger.Level) -> Logger {
    Logger(label: "test") { _ in Handler(lines: self, logLevel: level) }
  }

  func contains(_ text: String) -> Bool { all.withLock { $0.contains { $0.contains(text) } } }

  /// The lines that contain a text.
  func all(_ text: String) -> [String] { all.withLock { $0.filter { $0.contains(text) } } }

  private struct Handler: LogHandler {
    let lines: LoggedLines
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      lines.all.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
  }
}
