/// Makes inputs out of right ones: bytes changed, taken out, doubled and put in, numbers and texts from the edges put in their place.
struct Mutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private static let tokens: [[UInt8]] = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\u0000", "\\ud83d", "\\u202e", "\u{0}", "\u{9b}2J", "\u{202e}",
    "\u{301}", "\u{feff}",
    "\n", "\r", "\t", " ", ";", "null", "true", "-", "+", ".", "e", "E", "0", "1", "é", "e\u{301}", "😀", "=", "|",
    "{3}", "*", "%", "Z", "T",
    "+02:00", "-23:59", "NaN", "inf", "0x10", "d", "ms", "--", "id", "key", "data", "type",
  ].map { Array($0.utf8) }

  private static let numbers: [[UInt8]] = [
    "0", "-0", "1", "-1", "1e3", "800.0", "1e400", "1e-400", "1e300", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808",
    "-9.223372036854775808e18", "9.223372036854775807e18", "18446744073709551615", "18446744073709551616",
    "9007199254740993.0",
    "1000.00000000000000001", "1000000000000000", "1000000000000001", "999999999999", "1e99999999999999999999",
    "4294967296", "0.1", "60", "24", "99",
    "2147483648", "65536", "0000", "9999", "99991231",
  ].map { Array($0.utf8) }

  mutating func mutated(_ seeds: [[UInt8]]) -> [UInt8] {
    var bytes = seeds[below(seeds.count)]
    for _ in 0...below(4) { change(&bytes, seeds) }
    return bytes.count > 4096 ? Array(bytes[..<4096]) : bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ seeds: [[UInt8]]) {
    let place = below(bytes.count + 1)
    switch below(10) {
    case 0: bytes.insert(contentsOf: Self.tokens[below(Self.tokens.count)], at: place)
    case 1: bytes.removeSubrange(place..<min(bytes.count, place + below(9)))
    case 2: if place < bytes.count { bytes[place] = UInt8(below(256)) }
    case 3: if place < bytes.count { bytes[place] ^= 1 << UInt8(below(8)) }
    case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + below(30))], at: place)
    case 5:
      let other = seeds[below(seeds.count)]
      let start = below(other.count + 1)
      bytes.replaceSubrange(
        place..<min(bytes.count, place + below(20)), with: other[start..<min(other.count, start + below(20))])
    default: replaceNumber(&bytes, from: place)
    }
  }

  /// Puts a number from the edges in the place of one that stands there.
  private mutating func replaceNumber(_ bytes: inout [UInt8], from place: Int) {
    func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
    let start = bytes[place...].firstIndex(where: isDigit) ?? bytes.firstIndex(where: isDigit)
    guard let start else { return bytes.insert(contentsOf: Self.numbers[below(Self.numbers.count)], at: place) }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: Self.numbers[below(Self.numbers.count)])
  }

  /// SplitMix64 (Steele, Lea, Flood 2014).
  private mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return bound > 0 ? Int((word ^ (word >> 31)) % UInt64(bound)) : 0
  }
}
