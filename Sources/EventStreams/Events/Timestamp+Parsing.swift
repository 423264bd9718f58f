extension Timestamp {
  /// Reads RFC 3339: date, `T` or a blank, time with an optional fraction (digits beyond microseconds are cut off), and a zone.
  ///
  /// A time without a zone is refused: nobody could tell which moment it means. So are second 60 and hour 24, which this scale
  /// doesn't have, and what its zone moves out of the years 0000 to 9999.
  public init(iso8601 text: String) throws(JSONError) {
    self = try Timestamp(utf8: text.utf8.span)
  }

  init(utf8 bytes: Span<UInt8>) throws(JSONError) {
    if let moment = Self.usual(bytes) {
      self = moment
      return
    }
    var position = 0
    func fail(_ problem: String) -> JSONError {
      let text = bytes.extracting(first: 40).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
      return JSONError(problem: "\(problem), found \"\(text)\"")
    }
    let shape = "expected a time like 2026-04-03T10:30:00Z"
    func number(_ digits: Int) throws(JSONError) -> Int64 {
      guard position + digits <= bytes.count else { throw fail(shape) }
      var value: Int64 = 0
      for _ in 0..<digits {
        let byte = bytes[position]
        guard byte >= 48, byte <= 57 else { throw fail(shape) }
        value = value * 10 + Int64(byte - 48)
        position += 1
      }
      return value
    }
    func skip(_ characters: StaticString) throws(JSONError) {
      guard position < bytes.count else { throw fail(shape) }
      let byte = bytes[position]
      guard characters.withUTF8Buffer({ $0.contains(byte) }) else { throw fail(shape) }
      position += 1
    }

    let year = try number(4)
    try skip("-")
    let month = try number(2)
    try skip("-")
    let day = try number(2)
    guard let date = CivilDate(year: year, month: month, day: day) else { throw fail("there is no such date") }
    try skip("Tt ")
    let hour = try number(2)
    try skip(":")
    let minute = try number(2)
    try skip(":")
    let second = try number(2)
    guard hour < 24, minute < 60, second < 60 else { throw fail("there is no such time of day") }

    var microseconds: Int64 = 0
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      var unit: Int64 = 100_000
      let start = position
      while position < bytes.count, bytes[position] >= 48, bytes[position] <= 57 {
        microseconds += Int64(bytes[position] - 48) * unit
        unit /= 10
        position += 1
      }
      guard position > start else { throw fail(shape) }
    }

    guard position < bytes.count else { throw fail("expected a time with its zone, as Z or +02:00") }
    var offsetMinutes: Int64 = 0
    if bytes[position] == UInt8(ascii: "Z") || bytes[position] == UInt8(ascii: "z") {
      position += 1
    } else {
      let isWest = bytes[position] == UInt8(ascii: "-")
      try skip("+-")
      let hours = try number(2)
      try skip(":")
      let minutes = try number(2)
      guard hours < 24, minutes < 60 else { throw fail("there is no such zone") }
      offsetMinutes = (hours * 60 + minutes) * (isWest ? -1 : 1)
    }
    guard position == bytes.count else { throw fail(shape) }
    let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + (minute - offsetMinutes) * 60 + second
    guard let moment = Timestamp(exactly: seconds * 1_000_000 + microseconds) else {
      throw fail("in UTC it is outside the years 0000 to 9999")
    }
    self = moment
  }
}

extension Timestamp {
  /// A time in the form that nearly all have, in UTC with no fraction, or three or six digits of one; nil for any other.
  private static func usual(_ bytes: Span<UInt8>) -> Timestamp? {
    let count = bytes.count
    guard count == 20 || count == 24 || count == 27 else { return nil }
    var isRight =
      bytes[4] == UInt8(ascii: "-") && bytes[7] == UInt8(ascii: "-") && bytes[10] == UInt8(ascii: "T")
      && bytes[13] == UInt8(ascii: ":") && bytes[16] == UInt8(ascii: ":") && bytes[count - 1] == UInt8(ascii: "Z")
      && (count == 20 || bytes[19] == UInt8(ascii: "."))
    func two(_ position: Int) -> Int64 {
      let (tens, ones) = (bytes[position] &- 48, bytes[position + 1] &- 48)
      isRight = isRight && tens < 10 && ones < 10
      return Int64(tens) * 10 + Int64(ones)
    }
    let (hour, minute, second) = (two(11), two(14), two(17))
    let date = CivilDate(year: two(0) * 100 + two(2), month: two(5), day: two(8))
    var microseconds: Int64 = 0
    if count > 20 {
      // Two digits at a time; the middle one of three twice.
      microseconds = two(20) * 10_000 + two(21) % 10 * 1000
      if count == 27 { microseconds += two(23) * 10 + two(24) % 10 }
    }
    guard isRight, let date, hour < 24, minute < 60, second < 60 else { return nil }
    let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second
    return Timestamp(microsecondsSinceEpoch: seconds * 1_000_000 + microseconds)
  }
}

extension Timestamp: FieldValue {
  /// One of them.
  public static var example: Timestamp { Timestamp(secondsSinceEpoch: 0) }
  /// What it is.
  public static var kind: String { "time, as 2026-04-03T10:30:00Z" }

  /// A string in RFC 3339.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    guard json.kind == .string else { throw json.mismatch("a time like \"2026-04-03T10:30:00Z\"") }
    self = try Timestamp(utf8: json.rawBytes)
  }

  /// A string in RFC 3339.
  public func write(to json: inout JSONWriter) {
    json.plainString(upTo: Self.longestText) { write(to: $0) }
  }
}
