/// A view of one value in a document; the compiler proves that it does not outlive the document's bytes.
public struct JSONValue: ~Escapable {
  @usableFromInline let bytes: Span<UInt8>
  @usableFromInline let tape: Span<JSONNode>
  @usableFromInline let index: Int

  @usableFromInline
  @_lifetime(copy bytes, copy tape)
  init(bytes: Span<UInt8>, tape: Span<JSONNode>, index: Int) {
    self.bytes = bytes
    self.tape = tape
    self.index = index
  }

  var node: JSONNode {
    @inline(__always) get { tape[index] }
  }

  /// What the value is.
  public var kind: JSONKind { node.kind }

  /// The value's own text; of a string, what stands between the quotes.
  public var rawBytes: Span<UInt8> {
    @_lifetime(copy self) get {
      let node = node
      return bytes.extracting(Int(node.start)..<Int(node.end))
    }
  }

  /// The value as an object.
  @_lifetime(copy self)
  public func object() throws(JSONError) -> JSONObject {
    guard kind == .object else { throw mismatch("an object") }
    return JSONObject(self)
  }

  /// The value as a string.
  public func string() throws(JSONError) -> String {
    guard kind == .string else { throw mismatch("a string") }
    return text
  }

  /// Whether the value is this string.
  package func isString(_ string: String) -> Bool {
    guard kind == .string else { return false }
    if node.isEscaped { return text.hasSameBytes(as: string) }
    let (raw, expected) = (rawBytes, string.utf8.span)
    guard raw.count == expected.count else { return false }
    for index in raw.indices where raw[index] != expected[index] { return false }
    return true
  }

  /// The string's value, whatever kind the node has.
  package var text: String {
    let raw = rawBytes
    // The scanner has checked that it is UTF-8.
    if !node.isEscaped { return String(copying: UTF8Span(unchecked: raw, isKnownASCII: node.isASCII)) }
    var units: [UInt8] = []
    units.reserveCapacity(raw.count)
    var position = 0
    while position < raw.count {
      let byte = raw[position]
      position += 1
      guard byte == UInt8(ascii: "\\") else {
        units.append(byte)
        continue
      }
      let escape = raw[position]
      position += 1
      switch escape {
      case UInt8(ascii: "b"): units.append(0x08)
      case UInt8(ascii: "f"): units.append(0x0c)
      case UInt8(ascii: "n"): units.append(0x0a)
      case UInt8(ascii: "r"): units.append(0x0d)
      case UInt8(ascii: "t"): units.append(0x09)
      case UInt8(ascii: "u"):
        var scalar = Self.codeUnit(raw, &position)
        if scalar & 0xfc00 == 0xd800 {
          position += 2
          scalar = 0x10000 + (scalar & 0x3ff) << 10 + Self.codeUnit(raw, &position) & 0x3ff
        }
        if let scalar = UnicodeScalar(scalar) { units.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
      default: units.append(escape)
      }
    }
    return String(decoding: units, as: UTF8.self)
  }

  private static func codeUnit(_ raw: Span<UInt8>, _ position: inout Int) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      unit = unit << 4 | (hexadecimalDigit(raw[position]) ?? 0)
      position += 1
    }
    return unit
  }

  /// The value as a whole number that fits 64 bits; `1.0` and `1e3` are whole numbers.
  public func integer() throws(JSONError) -> Int {
    guard kind == .number else { throw mismatch("a whole number") }
    let raw = rawBytes
    let isNegative = raw[0] == UInt8(ascii: "-")
    var result = 0
    for position in (isNegative ? 1 : 0)..<raw.count {
      let byte = raw[position]
      guard byte >= 48, byte <= 57 else { return try integerOfFraction() }
      let (tens, overflow) = result.multipliedReportingOverflow(by: 10)
      let (sum, carried) = tens.subtractingReportingOverflow(Int(byte - 48))
      guard !overflow, !carried else { throw mismatch("a whole number of 64 bits") }
      result = sum
    }
    guard isNegative || result != .min else { throw mismatch("a whole number of 64 bits") }
    return isNegative ? result : -result
  }

  /// A number with a fraction or an exponent: a whole one if its digits, shifted, are.
  ///
  /// Only up to 2^53: whoever writes a number so counts in doubles, which beyond that are not the number that was meant.
  private func integerOfFraction() throws(JSONError) -> Int {
    guard let number = WholeDecimal(rawBytes), number.magnitude <= 1 << 53 else { throw mismatch("a whole number") }
    return number.isNegative ? -Int(number.magnitude) : Int(number.magnitude)
  }

  /// The value as a floating-point number, the nearest to what is written.
  public func double() throws(JSONError) -> Double {
    guard kind == .number else { throw mismatch("a number") }
    if let exact = shortDecimal() { return exact }
    guard let double = Double(text), double.isFinite else { throw mismatch("a number a Double can hold") }
    return double
  }

  /// A decimal of at most 15 digits with at most 22 of them after the point: both parts are exact in a Double, and so is
  /// the quotient's rounding (Clinger, "How to read floating point numbers accurately", 1990).
  private func shortDecimal() -> Double? {
    let raw = rawBytes
    guard raw.count <= 17 else { return nil }
    var mantissa = 0
    var digits = 0
    var scale = 0
    var inFraction = false
    for position in raw.indices {
      let byte = raw[position]
      if byte == UInt8(ascii: ".") {
        inFraction = true
      } else if byte >= 48, byte <= 57 {
        mantissa = mantissa * 10 + Int(byte - 48)
        digits += 1
        if inFraction { scale += 1 }
      } else if byte != UInt8(ascii: "-") {
        return nil
      }
    }
    guard digits <= 15 else { return nil }
    let magnitude = Double(mantissa) / Self.powersOfTen[scale]
    return raw[0] == UInt8(ascii: "-") ? -magnitude : magnitude
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  /// The value as true or false.
  public func boolean() throws(JSONError) -> Bool {
    guard kind == .boolean else { throw mismatch("true or false") }
    return rawBytes.count == 4
  }

  /// Calls `body` with each element of an array; an error it throws gets the element's place.
  public func forEachElement(_ body: (borrowing JSONValue) throws(JSONError) -> Void) throws(JSONError) {
    guard kind == .array else { throw mismatch("an array") }
    var element = index + 1
    var position = 0
    while element < Int(node.next) {
      let value = JSONValue(bytes: bytes, tape: tape, index: element)
      do throws(JSONError) { try body(value) } catch { throw error.inside("[\(position)]") }
      element = Int(value.node.next)
      position += 1
    }
  }

  /// The error that something else was expected here.
  public func mismatch(_ expected: String) -> JSONError {
    var found = kind.description
    if kind == .string || kind == .number || kind == .boolean {
      let raw = rawBytes
      let text = raw.extracting(first: 40).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
      let whole = raw.count > 40 ? text + "…" : text
      found = kind == .string ? "\"\(whole)\"" : whole
    }
    return JSONError(problem: "expected \(expected), found \(found)")
  }
}
