/// Looks at the first bytes of an input for whether it is in another encoding than UTF-8.
public struct InputEncoding: Sendable {
  private var first: [UInt8] = []

  /// True until it is known.
  private(set) var isOpen = true

  /// Takes the next bytes; returns what is wrong as soon as four bytes tell it.
  mutating func take(_ bytes: [UInt8]) -> String? {
    first += bytes.prefix(4 - first.count)
    guard first.count == 4 else { return nil }
    isOpen = false
    return Self.name(first).map {
      "the input is \($0), and events are UTF-8: iconv -f \($0) -t UTF-8 converts it; nothing was read"
    }
  }

  /// The name of an encoding that is not UTF-8: by a byte order mark, or by where the zeros of ASCII characters are.
  ///
  /// - Parameter first: the first four bytes of an input.
  public static func name(_ first: [UInt8]) -> String? {
    func isZero(_ places: [Int]) -> Bool { places.allSatisfy { $0 < first.count && first[$0] == 0 } }
    switch first.prefix(2) {
    case [0xff, 0xfe]: return isZero([2, 3]) ? "UTF-32" : "UTF-16"
    case [0xfe, 0xff]: return "UTF-16"
    default: break
    }
    if isZero([0, 1]) { return first[2] == 0xfe || !isZero([3]) ? "UTF-32BE" : nil }
    if isZero([1, 2, 3]) { return "UTF-32LE" }
    if isZero([0, 2]) { return "UTF-16BE" }
    return isZero([1, 3]) ? "UTF-16LE" : nil
  }
}
