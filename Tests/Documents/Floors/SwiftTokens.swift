/// Takes a Swift file apart, as far as the order of folders needs it.
struct SwiftTokens {
  private let bytes: [UInt8]
  private var place = 0
  private var line = 1
  private var tokens: [SwiftToken] = []

  static func of(_ source: String) -> [SwiftToken] {
    var reading = SwiftTokens(source)
    reading.readCode(untilClosed: false)
    return reading.tokens
  }

  private init(_ source: String) {
    bytes = Array(source.utf8)
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
      true
    default: false
    }
  }

  private func isAt(_ text: StaticString) -> Bool {
    let end = place + text.utf8CodeUnitCount
    guard end <= bytes.count else { return false }
    return text.withUTF8Buffer { bytes[place..<end].elementsEqual($0) }
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where place < bytes.count {
      if bytes[place] == UInt8(ascii: "\n") { line += 1 }
      place += 1
    }
  }

  /// Code up to the end, or behind the parenthesis that closes what a text fills in.
  private mutating func readCode(untilClosed: Bool) {
    var depth = 0
    while place < bytes.count {
      let byte = bytes[place]
      if isAt("//") {
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { advance() }
      } else if isAt("/*") {
        skipComment()
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#") && opensRawText {
        readText()
      } else if Self.isNameByte(byte) {
        readName()
      } else {
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") {
          depth -= 1
          if untilClosed, depth < 0 { return advance() }
        }
        if byte > UInt8(ascii: " "), byte != UInt8(ascii: "`") {
          tokens.append(SwiftToken(text: String(UnicodeScalar(byte)), line: line))
        }
        advance()
      }
    }
  }

  private mutating func readName() {
    let start = place
    while place < bytes.count, Self.isNameByte(bytes[place]) { place += 1 }
    tokens.append(SwiftToken(text: String(decoding: bytes[start..<place], as: UTF8.self), line: line))
  }

  /// Comments hold comments.
  private mutating func skipComment() {
    var depth = 0
    while place < bytes.count {
      if isAt("/*") {
        depth += 1
        advance(2)
      } else if isAt("*/") {
        depth -= 1
        advance(2)
        if depth == 0 { return }
      } else {
        advance()
      }
    }
  }

  private var opensRawText: Bool {
    bytes[place...].first { $0 != UInt8(ascii: "#") } == UInt8(ascii: "\"")
  }

  private mutating func readText() {
    var marks = 0
    while isAt("#") {
      marks += 1
      advance()
    }
    let isLong = isAt("\"\"\"")
    let end =
      Array(repeating: UInt8(ascii: "\""), count: isLong ? 3 : 1) + Array(repeating: UInt8(ascii: "#"), count: marks)
    let escape = [UInt8(ascii: "\\")] + Array(repeating: UInt8(ascii: "#"), count: marks)
    advance(isLong ? 3 : 1)
    while place < bytes.count {
      if bytes[place...].starts(with: end) { return advance(end.count) }
      if bytes[place...].starts(with: escape) {
        advance(escape.count)
        let fillsIn = isAt("(")
        advance()
        if fillsIn { readCode(untilClosed: true) }
      } else {
        advance()
      }
    }
  }
}
