extension Duration {
  /// For people: `850ms`, `12.3s`, `4m 10s`, `3h 20m`.
  package var short: String {
    let milliseconds = wholeMilliseconds
    switch milliseconds {
    case ..<1000: return "\(milliseconds)ms"
    case ..<60_000:
      return milliseconds % 1000 == 0
        ? "\(milliseconds / 1000)s" : "\(milliseconds / 1000).\(milliseconds % 1000 / 100)s"
    case ..<3_600_000: return "\(milliseconds / 60_000)m \(milliseconds / 1000 % 60)s"
    default: return "\(milliseconds / 3_600_000)h \(milliseconds / 60_000 % 60)m"
    }
  }
}
