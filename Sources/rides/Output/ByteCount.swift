/// An amount of memory as people read it: `12.3 MB`.
struct ByteCount: CustomStringConvertible {
  private let bytes: Int

  init(_ bytes: Int) { self.bytes = bytes }

  var description: String {
    var value = Double(bytes)
    for unit in ["B", "kB", "MB"] {
      if value < 1000 { return "\(unit == "B" ? "\(bytes)" : "\((value * 10).rounded() / 10)") \(unit)" }
      value /= 1000
    }
    return "\((value * 10).rounded() / 10) GB"
  }
}
