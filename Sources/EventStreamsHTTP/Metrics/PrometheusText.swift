import EventStreams

/// Metrics as Prometheus reads them: lines of a name, labels and a value, those of one name together, after a line that says what it is.
struct PrometheusText {
  enum Kind: String {
    case counter, gauge, histogram
  }

  private(set) var text = ""
  private var last = Identifier("")

  /// Adds a value.
  mutating func add(_ name: String, _ kind: Kind, _ labels: [(String, String)] = [], _ value: Double) {
    begin(name, kind)
    line(name, labels, value)
  }

  /// Adds what took how long how often.
  mutating func add(_ name: String, _ labels: [(String, String)], _ histogram: PrometheusHistogram) {
    begin(name, .histogram)
    let state = histogram.current
    var count = 0
    for (bound, counted) in zip(PrometheusHistogram.bounds, state.counts) {
      count += counted
      line("\(name)_bucket", labels + [("le", Self.number(bound))], Double(count))
    }
    count += state.counts.last ?? 0
    line("\(name)_bucket", labels + [("le", "+Inf")], Double(count))
    line("\(name)_sum", labels, state.sum)
    line("\(name)_count", labels, Double(count))
  }

  private mutating func begin(_ name: String, _ kind: Kind) {
    guard last != Identifier(name) else { return }
    last = Identifier(name)
    text += "# HELP \(name) \(PrometheusHelp.text(of: name))\n# TYPE \(name) \(kind)\n"
  }

  private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
    text += name
    if !labels.isEmpty {
      text += "{\(labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ","))}"
    }
    text += " \(Self.number(value))\n"
  }

  private static func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 == 0x0a }) else { return value }
    return value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }
}
