/// Writes JSON, compactly, with fields in the order they are given.
public struct JSONWriter: Sendable {
  /// What has been written, and room for more.
  private var room: [UInt8] = []
  /// How many bytes have been written.
  public private(set) var count = 0
  /// True when the next field or element needs a comma before it.
  @usableFromInline var needsComma = false

  /// A writer.
  public init(reservingCapacity capacity: Int = 256) {
    if capacity > 0 { room = Array(repeating: 0, count: capacity) }
  }

  /// What has been written.
  public var bytes: [UInt8] { room.count == count ? room : Array(room[..<count]) }

  /// What has been written, where it stands.
  public var span: Span<UInt8> {
    @_lifetime(borrow self) get { room.span.extracting(first: count) }
  }

  /// Adds what `body` writes to where it is told, and says how much that is.
  ///
  /// - Parameter most: at least 1 byte, and as many as that can be.
  @inline(__always)
  private mutating func append(upTo most: Int, _ body: (UnsafeMutableRawPointer) -> Int) {
    if room.count - count < most { grow(by: most) }
    let start = count
    count =
      start
      + room.withUnsafeMutableBytes { room in
        // There is room: it has an address.
        room.baseAddress.map { body($0 + start) } ?? 0
      }
  }

  private mutating func grow(by more: Int) {
    room.append(contentsOf: repeatElement(0, count: max(more, room.count, 64)))
  }

  @inline(__always)
  private mutating func append(_ byte: UInt8) {
    append(upTo: 1) {
      $0.storeBytes(of: byte, as: UInt8.self)
      return 1
    }
  }

  @inline(__always)
  private mutating func append(contentsOf text: UnsafeRawBufferPointer) {
    guard let start = text.baseAddress, text.count > 0 else { return }
    append(upTo: text.count) {
      $0.copyMemory(from: start, byteCount: text.count)
      return text.count
    }
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
    append(bracket)
    needsComma = false
  }

  @usableFromInline
  mutating func close(_ bracket: UInt8) {
    append(bracket)
    needsComma = true
  }

  @usableFromInline
  mutating func separate() {
    if needsComma { append(UInt8(ascii: ",")) }
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
    let (hasComma, length) = (needsComma ? 1 : 0, name.utf8CodeUnitCount)
    append(upTo: length + 4) {
      $0.storeBytes(of: UInt8(ascii: ","), as: UInt8.self)
      let start = $0 + hasComma
      start.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
      (start + 1).copyMemory(from: name.utf8Start, byteCount: length)
      start.storeBytes(of: UInt8(ascii: "\""), toByteOffset: length + 1, as: UInt8.self)
      start.storeBytes(of: UInt8(ascii: ":"), toByteOffset: length + 2, as: UInt8.self)
      return hasComma + length + 3
    }
    needsComma = true
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
    append(UInt8(ascii: ":"))
  }

  /// Has whatever comes next stand after a comma.
  mutating func endValue() { needsComma = true }

  /// One field of an object as it stands in a document, without the blanks between its tokens.
  package mutating func field(asWritten name: borrowing JSONValue, _ value: borrowing JSONValue) {
    separate()
    append(UInt8(ascii: "\""))
    raw(name.rawBytes)
    append(UInt8(ascii: "\""))
    append(UInt8(ascii: ":"))
    self.value(asWritten: value)
  }

  /// A value as it stands in a document, without the blanks between its tokens.
  mutating func value(asWritten value: borrowing JSONValue) {
    let text = value.rawBytes
    guard value.kind == .object || value.kind == .array else {
      let isString = value.kind == .string
      if isString { append(UInt8(ascii: "\"")) }
      raw(text)
      if isString { append(UInt8(ascii: "\"")) }
      return
    }
    text.withUnsafeBytes { text in
      var isInString = false
      var isEscaped = false
      var copied = 0
      for (position, byte) in text.enumerated() {
        if isInString {
          isInString = isEscaped || byte != UInt8(ascii: "\"")
          isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        } else if byte <= 0x20 {
          append(contentsOf: UnsafeRawBufferPointer(rebasing: text[copied..<position]))
          copied = position + 1
        } else if byte == UInt8(ascii: "\"") {
          isInString = true
        }
      }
      append(contentsOf: UnsafeRawBufferPointer(rebasing: text[copied...]))
    }
  }

  /// Fields of an object that are written already, at least one, with commas between them.
  public mutating func fields(_ written: [UInt8]) {
    separate()
    raw(written)
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
    json.withUnsafeBytes { append(contentsOf: $0) }
  }

  /// JSON that is written already.
  package mutating func raw(_ json: Span<UInt8>) {
    json.withUnsafeBytes { append(contentsOf: $0) }
  }

  /// null
  public mutating func null() { literal("null") }

  /// true or false
  public mutating func boolean(_ value: Bool) { literal(value ? "true" : "false") }

  private mutating func literal(_ text: StaticString) {
    append(contentsOf: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// A whole number.
  public mutating func integer(_ value: Int) {
    append(upTo: Self.longestInteger) { text in
      var rest = value.magnitude
      var end = Self.longestInteger
      repeat {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        end -= 1
        text.storeBytes(of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit), toByteOffset: end, as: UInt8.self)
        rest = quotient
      } while rest > 0
      if value < 0 {
        end -= 1
        text.storeBytes(of: UInt8(ascii: "-"), toByteOffset: end, as: UInt8.self)
      }
      // It was written from its end.
      text.copyMemory(from: text + end, byteCount: Self.longestInteger - end)
      return Self.longestInteger - end
    }
  }

  /// Of 64 bits, with a sign.
  private static let longestInteger = 20

  /// A number in its shortest form that reads back as the same; null if it is not finite.
  public mutating func double(_ value: Double) {
    guard value.isFinite else { return null() }
    if value == value.rounded(), abs(value) <= 0x1p53 { return integer(Int(value)) }
    plain(value.description)
  }

  /// A string.
  public mutating func string(_ value: String) {
    append(UInt8(ascii: "\""))
    var value = value
    value.withUTF8 { text in
      let text = UnsafeRawBufferPointer(text)
      var copied = 0
      var position = 0
      while position < text.count {
        if text.count - position >= 8 {
          let plain = TextWord(littleEndian: text.loadUnaligned(fromByteOffset: position, as: UInt64.self)).plainCount
          position += plain
          if plain == 8 { continue }
        }
        let byte = text[position]
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
          append(contentsOf: UnsafeRawBufferPointer(rebasing: text[copied..<position]))
          escape(byte)
          copied = position + 1
        }
        position += 1
      }
      append(contentsOf: UnsafeRawBufferPointer(rebasing: text[copied...]))
    }
    append(UInt8(ascii: "\""))
  }

  /// A string of ASCII characters that need no escaping: `body` writes them to where it is told, and says how many they are.
  ///
  /// - Parameter most: as many as they can be.
  package mutating func plainString(upTo most: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
    append(UInt8(ascii: "\""))
    append(upTo: most) {
      $0.withMemoryRebound(to: UInt8.self, capacity: most) {
        body(UnsafeMutableBufferPointer(start: $0, count: most))
      }
    }
    append(UInt8(ascii: "\""))
  }

  /// Text that is no JSON, as it is.
  package mutating func plain(_ text: String) {
    var text = text
    text.withUTF8 { append(contentsOf: UnsafeRawBufferPointer($0)) }
  }

  /// Lets a further document follow on those there are.
  package mutating func beginDocument() { needsComma = false }

  private mutating func escape(_ byte: UInt8) {
    append(UInt8(ascii: "\\"))
    switch byte {
    case 0x0a: append(UInt8(ascii: "n"))
    case 0x0d: append(UInt8(ascii: "r"))
    case 0x09: append(UInt8(ascii: "t"))
    case 0x00..<0x20:
      literal("u00")
      for digit in [byte >> 4, byte & 15] { append(digit < 10 ? digit + 48 : digit + 87) }
    default: append(byte)
    }
  }
}
