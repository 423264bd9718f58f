/// Goes over the bytes of a document once, checking them, and writes the tape.
struct JSONScanner: ~Escapable {
  private let bytes: Span<UInt8>
  private var position = 0

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  /// The byte at the position; 0, which no JSON token holds, at the end.
  private var byte: UInt8 {
    @inline(__always) get { position < bytes.count ? bytes[unchecked: position] : 0 }
  }

  func unexpected(_ expected: String) -> JSONError {
    guard !isAtEnd else { return JSONError(problem: "not JSON: expected \(expected), found the end", offset: position) }
    let found =
      byte >= 0x20 && byte < 0x7f ? "'\(Character(UnicodeScalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
    return JSONError(problem: "not JSON: expected \(expected), found \(found)", offset: position)
  }

  @inline(__always)
  mutating func skipWhitespace() {
    // Most documents are compact.
    if byte <= 0x20 { skipBlanks() }
  }

  private mutating func skipBlanks() {
    while true {
      switch byte {
      case 0x20, 0x0a, 0x0d, 0x09: position += 1
      default: return
      }
    }
  }

  mutating func value(_ tape: inout JSONTape, depth: Int) throws(JSONError) {
    switch byte {
    case UInt8(ascii: "\""): try string(&tape)
    case UInt8(ascii: "{"): try object(&tape, depth: depth)
    case UInt8(ascii: "["): try array(&tape, depth: depth)
    case UInt8(ascii: "t"): try literal("true", .boolean, &tape)
    case UInt8(ascii: "f"): try literal("false", .boolean, &tape)
    case UInt8(ascii: "n"): try literal("null", .null, &tape)
    default: try number(&tape)
    }
  }

  private mutating func literal(_ text: StaticString, _ kind: JSONKind, _ tape: inout JSONTape) throws(JSONError) {
    let start = position
    let matches = text.withUTF8Buffer { text in
      guard bytes.count - start >= text.count else { return false }
      for index in text.indices where bytes[unchecked: start + index] != text[index] { return false }
      return true
    }
    guard matches else { throw unexpected("a value") }
    position += text.utf8CodeUnitCount
    append(&tape, start, position, kind)
  }

  @inline(__always)
  private func append(
    _ tape: inout JSONTape, _ start: Int, _ end: Int, _ kind: JSONKind, isEscaped: Bool = false, isASCII: Bool = true
  ) {
    tape.append(
      JSONNode(
        start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end),
        next: UInt32(truncatingIfNeeded: tape.count + 1), kind: kind, isEscaped: isEscaped, isASCII: isASCII))
  }

  // MARK: Containers

  private mutating func open(_ kind: JSONKind, _ tape: inout JSONTape, depth: Int) throws(JSONError) -> Int {
    guard depth < JSONParser.depthLimit else {
      throw JSONError(problem: "nested more than \(JSONParser.depthLimit) deep", offset: position)
    }
    append(&tape, position, position, kind)
    position += 1
    skipWhitespace()
    return tape.count - 1
  }

  private mutating func close(_ index: Int, _ tape: inout JSONTape) {
    position += 1
    tape.close(index, end: UInt32(truncatingIfNeeded: position))
  }

  private mutating func object(_ tape: inout JSONTape, depth: Int) throws(JSONError) {
    let index = try open(.object, &tape, depth: depth)
    if byte == UInt8(ascii: "}") { return close(index, &tape) }
    while true {
      guard byte == UInt8(ascii: "\"") else { throw unexpected("a field's name in quotes") }
      try string(&tape)
      skipWhitespace()
      guard byte == UInt8(ascii: ":") else { throw unexpected("':'") }
      position += 1
      skipWhitespace()
      try value(&tape, depth: depth + 1)
      skipWhitespace()
      if byte == UInt8(ascii: "}") { return close(index, &tape) }
      guard byte == UInt8(ascii: ",") else { throw unexpected("',' or '}'") }
      position += 1
      skipWhitespace()
    }
  }

  private mutating func array(_ tape: inout JSONTape, depth: Int) throws(JSONError) {
    let index = try open(.array, &tape, depth: depth)
    if byte == UInt8(ascii: "]") { return close(index, &tape) }
    while true {
      try value(&tape, depth: depth + 1)
      skipWhitespace()
      if byte == UInt8(ascii: "]") { return close(index, &tape) }
      guard byte == UInt8(ascii: ",") else { throw unexpected("',' or ']'") }
      position += 1
      skipWhitespace()
    }
  }

  // MARK: Numbers

  private mutating func number(_ tape: inout JSONTape) throws(JSONError) {
    let start = position
    if byte == UInt8(ascii: "-") { position += 1 }
    if byte == UInt8(ascii: "0") {
      position += 1
    } else {
      guard skipDigits() > 0 else { throw unexpected(position == start ? "a value" : "a digit") }
    }
    if byte == UInt8(ascii: ".") {
      position += 1
      guard skipDigits() > 0 else { throw unexpected("a digit") }
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      position += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
      guard skipDigits() > 0 else { throw unexpected("a digit") }
    }
    append(&tape, start, position, .number)
  }

  @inline(__always)
  private mutating func skipDigits() -> Int {
    let start = position
    while byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }

  // MARK: Strings

  private mutating func string(_ tape: inout JSONTape) throws(JSONError) {
    position += 1
    let start = position
    var isEscaped = false
    var isASCII = true
    while true {
      skipPlainText()
      guard position < bytes.count else { break }
      let byte = bytes[unchecked: position]
      if byte == UInt8(ascii: "\"") {
        append(&tape, start, position, .string, isEscaped: isEscaped, isASCII: isASCII)
        position += 1
        return
      }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        try escape()
      } else if byte < 0x20 {
        throw JSONError(problem: "not JSON: a control character in a string must be escaped", offset: position)
      } else if byte < 0x80 {
        position += 1
      } else {
        isASCII = false
        try multibyte(byte)
      }
    }
    throw unexpected("'\"'")
  }

  /// Passes over the ASCII characters that need no look of their own.
  @inline(__always)
  private mutating func skipPlainText() {
    while bytes.count - position >= 8 {
      // There are eight bytes at the position.
      let word = bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
      let count = TextWord(littleEndian: word).plainASCIICount
      position += count
      if count < 8 { return }
    }
  }

  private mutating func escape() throws(JSONError) {
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"),
      UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    case UInt8(ascii: "u"):
      position += 1
      let unit = try hexadecimal()
      guard unit & 0xf800 == 0xd800 else { return }
      // Half of a character beyond the basic plane: the other half must follow.
      guard unit < 0xdc00, byte == UInt8(ascii: "\\") else { throw loneSurrogate }
      position += 1
      guard byte == UInt8(ascii: "u") else { throw loneSurrogate }
      position += 1
      guard try hexadecimal() & 0xfc00 == 0xdc00 else { throw loneSurrogate }
    default: throw unexpected("an escape")
    }
  }

  private var loneSurrogate: JSONError {
    JSONError(problem: "not JSON: half of a surrogate pair", offset: position)
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = hexadecimalDigit(byte) else { throw unexpected("a hexadecimal digit") }
      unit = unit << 4 | digit
      position += 1
    }
    return unit
  }

  /// Checks one character of two to four bytes (Unicode 16, table 3-7).
  private mutating func multibyte(_ lead: UInt8) throws(JSONError) {
    let (length, second): (Int, ClosedRange<UInt8>)
    switch lead {
    case 0xc2...0xdf: (length, second) = (2, 0x80...0xbf)
    case 0xe0: (length, second) = (3, 0xa0...0xbf)
    case 0xed: (length, second) = (3, 0x80...0x9f)
    case 0xe1...0xef: (length, second) = (3, 0x80...0xbf)
    case 0xf0: (length, second) = (4, 0x90...0xbf)
    case 0xf1...0xf3: (length, second) = (4, 0x80...0xbf)
    case 0xf4: (length, second) = (4, 0x80...0x8f)
    default: throw JSONError(problem: "not JSON: not UTF-8", offset: position)
    }
    guard position + length <= bytes.count, second.contains(bytes[unchecked: position + 1]) else {
      throw JSONError(problem: "not JSON: not UTF-8", offset: position)
    }
    for index in (position + 2)..<max(position + 2, position + length)
    where bytes[unchecked: index] & 0xc0 != 0x80 {
      throw JSONError(problem: "not JSON: not UTF-8", offset: index)
    }
    position += length
  }
}

/// The value of a hexadecimal digit; nil if it is none.
func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
  case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
  case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
  default: nil
  }
}
