import EventStreams
import Logging

/// Logs to standard error, a line per message: time, level, service, message, then what else is known.
struct LineLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var values = metadata
    if let more = event.metadata { values.merge(more) { $1 } }
    var line = "\(Timestamp.now()) \(event.level.rawValue.uppercased())"
    if let service = values.removeValue(forKey: "service") { line += " \(service):" }
    line += " \(event.message)"
    for (key, value) in values.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(Self.quoted("\(value)"))" }
    Terminal.log(line)
  }

  /// In quotes if it has blanks, on one line in any case.
  private static func quoted(_ value: String) -> String {
    let plain = value.printable
    return plain.contains(" ") ? "\"\(plain.replacing("\"", with: "'"))\"" : plain
  }
}
