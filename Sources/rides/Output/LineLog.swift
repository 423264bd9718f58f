import EventStreams
import Logging

/// Writes log messages to standard error, each on one line: time, level, message, metadata.
struct LineLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel: Logger.Level

  init(level: Logger.Level) { logLevel = level }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var fields = metadata
    if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
    if let given = event.metadata { fields.merge(given) { $1 } }
    var line = "\(Timestamp.now()) \(event.level)"
    // The service first: it is what readers look for.
    if let service = fields.removeValue(forKey: "service") { line += " \(service):" }
    line += " \(Self.oneLine("\(event.message)"))"
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(Self.quoted("\(value)"))" }
    Terminal.write(line + "\n", to: 2)
  }

  private static func oneLine(_ text: String) -> String {
    text.contains(where: \.isNewline) ? text.split(whereSeparator: \.isNewline).joined(separator: " ") : text
  }

  private static func quoted(_ text: String) -> String {
    let text = oneLine(text)
    guard text.isEmpty || text.contains(" ") || text.contains("\"") else { return text }
    return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
