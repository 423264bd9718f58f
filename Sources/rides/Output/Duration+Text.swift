extension Duration {
  /// Whole milliseconds, for JSON.
  var milliseconds: Int {
    Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
  }

  /// For people, in the largest unit that leaves two figures: `340ms`, `12s`, `3.5m`, `2.1h`, `4.0d`.
  var brief: String {
    let milliseconds = milliseconds
    func tenths(_ unit: Int, _ name: String) -> String {
      let tenths = milliseconds * 10 / unit
      return tenths >= 100 ? "\(tenths / 10)\(name)" : "\(tenths / 10).\(tenths % 10)\(name)"
    }
    switch milliseconds {
    case ..<1000: return "\(milliseconds)ms"
    case ..<60_000: return tenths(1000, "s")
    case ..<3_600_000: return tenths(60_000, "m")
    case ..<86_400_000: return tenths(3_600_000, "h")
    default: return tenths(86_400_000, "d")
    }
  }
}
