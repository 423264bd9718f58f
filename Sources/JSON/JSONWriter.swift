/// Writes JSON, compactly, with fields in the order they are given.
public struct JSONWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []
  /// True when the next field or element needs a comma before it.
  @usableFromInline var needsComma = false

  /// A writer.
  public init(reservingCapacity capacity: Int = 256) {
    if capacity > 0 { bytes.reserveCapacity(capacity) }
  }

  /// The JSON of one value.
  public static func bytes(of value: some JSONWritable) -> [UInt8] {
    var writer = JSONWriter()
    value.write(to: &writer)
    return writer.bytes
  }

  // MARK: Containers

  /// An object; `body` writes its fields.
  @inlinable
  public mutating func object(_ body: (inout JSONWriter) -> Void) {
    open(UInt8(ascii: "{"))
    body(&self)
    close(UInt8(ascii: "}"))
  }

  /// An array; `body` writes its elements.
  @inlinable
  public mutating func array(_ body: (inout JSONWriter) -> Void) {
    open(UInt8(ascii: "["))
    body(&self)
    close(UInt8(ascii: "]"))
  }

  @usableFromInline
  mutating func open(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = false
  }

  @usableFromInline
  mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  @usableFromInline
  mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  /// One field of an object.
  @inlinable
  public mutating func field(_ name: StaticString, _ value: some JSONWritable) {
    begin(name)
    value.write(to: &self)
    needsComma = true
  }

  /// Writes a field's name and colon.
  @usableFromInline
  mutating func begin(_ name: StaticString) {
    separate()
    name.withUTF8Buffer { name in
      bytes.append(UInt8(ascii: "\""))
      bytes.append(contentsOf: name)
      bytes.append(UInt8(ascii: "\""))
      bytes.append(UInt8(ascii: ":"))
    }
  }

  /// One field of an object; none if there is no value.
  @inlinable
  public mutating func field(_ name: StaticString, _ value: (some JSONWritable)?) {
    if let value { field(name, value) }
  }

  /// One field of an object whose name is known only now.
  public mutating func field(named name: String, _ value: some JSONWritable) {
    begin(named: name)
    value.write(to: &self)
    endValue()
  }

  /// Writes a field's name and colon.
  mutating func begin(named name: String) {
    separate()
    string(name)
    bytes.append(UInt8(ascii: ":"))
  }

  /// Has whatever comes next stand after a comma.
  mutating func endValue() { needsComma = true }

  /// One field of an object as it stands in a document, without the blanks between its tokens.
  package mutating func field(asWritten name: borrowing JSONValue, _ value: borrowing JSONValue) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    raw(name.rawBytes)
    bytes.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: ":")])
    self.value(asWritten: value)
  }

  /// A value as it stands in a document, without the blanks between its tokens.
  mutating func value(asWritten value: borrowing JSONValue) {
    let text = value.rawBytes
    guard value.kind == .object || value.kind == .array else {
      let isString = value.kind == .string
      if isString { bytes.append(UInt8(ascii: "\"")) }
      raw(text)
      if isString { bytes.append(UInt8(ascii: "\"")) }
      return
    }
    text.withUnsafeBufferPointer { text in
      var isInString = false
      var isEscaped = false
      var copied = 0
      for (position, byte) in text.enumerated() {
        if isInString {
          isInString = isEscaped || byte != UInt8(ascii: "\"")
          isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        } else if byte <= 0x20 {
          bytes.append(contentsOf: text[copied..<position])
          copied = position + 1
        } else if byte == UInt8(ascii: "\"") {
          isInString = true
        }
      }
      bytes.append(contentsOf: text[copied...])
    }
  }

  /// Fields of an object that are written already, at least one, with commas between them.
  public mutating func fields(_ written: [UInt8]) {
    separate()
    bytes.append(contentsOf: written)
  }

  /// One element of an array.
  @inlinable
  public mutating func element(_ value: some JSONWritable) {
    separate()
    value.write(to: &self)
    needsComma = true
  }

  // MARK: Values

  /// JSON that is written already.
  public mutating func raw(_ json: [UInt8]) {
    bytes.append(contentsOf: json)
  }

  /// JSON that is written already.
  package mutating func raw(_ json: Span<UInt8>) {
    json.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
  }

  /// null
  public mutating func null() { literal("null") }

  /// true or false
  public mutating func boolean(_ value: Bool) { literal(value ? "true" : "false") }

  private mutating func literal(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// A whole number.
  public mutating func integer(_ value: Int) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    guard rest >= 10 else { return bytes.append(UInt8(ascii: "0") + UInt8(rest)) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var start = digits.count
      while rest > 0 {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
        rest = quotient
      }
      bytes.append(contentsOf: digits[start...])
    }
  }

  /// A number in its shortest form that reads back as the same; null if it is not finite.
  public mutating func double(_ value: Double) {
    guard value.isFinite else { return null() }
    if value == value.rounded(), abs(value) <= 0x1p53 { return integer(Int(value)) }
    bytes.append(contentsOf: value.description.utf8)
  }

  /// A string.
  public mutating func string(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    var value = value
    value.withUTF8 { text in
      var copied = 0
      var position = 0
      while position < text.count {
        if text.count - position >= 8 {
          let word = UnsafeRawBufferPointer(text).loadUnaligned(fromByteOffset: position, as: UInt64.self)
          let plain = TextWord(littleEndian: word).plainCount
          position += plain
          if plain == 8 { continue }
        }
        let byte = text[position]
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
          bytes.append(contentsOf: text[copied..<position])
          escape(byte)
          copied = position + 1
        }
        position += 1
      }
      bytes.append(contentsOf: text[copied...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// A string of ASCII characters that need no escaping, which `body` adds to the bytes.
  package mutating func plainString(_ body: (inout [UInt8]) -> Void) {
    bytes.append(UInt8(ascii: "\""))
    body(&bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Text that is no JSON, as it is.
  package mutating func plain(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Lets a further document follow on those there are.
  package mutating func beginDocument() { needsComma = false }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x0a: bytes.append(UInt8(ascii: "n"))
    case 0x0d: bytes.append(UInt8(ascii: "r"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x00..<0x20:
      literal("u00")
      for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? digit + 48 : digit + 87) }
    default: bytes.append(byte)
    }
  }
}
