/// Goes through the commands of an append-only file: arrays of strings in RESP, one after the other, and lines that begin with `#`.
struct CommandScan {
  /// How the file ends.
  enum End: Equatable {
    /// With a whole command, outside a transaction.
    case complete
    /// In the middle of a command, or of a transaction: everything before this place is complete.
    case incomplete(from: Int)
    /// Something that no server writes stands at this place.
    case damaged(at: Int, String)
  }

  /// Why a command can't be read.
  private enum Stop: Error {
    case endOfFile
    case damaged(at: Int, String)
  }

  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// Goes to the end, or to what is wrong.
  mutating func run() -> End {
    var transaction: Int?
    while place < bytes.count {
      let start = place
      do throws(Stop) {
        switch try command() {
        case "MULTI":
          if transaction != nil { return .damaged(at: start, "a transaction begins within another") }
          transaction = start
        case "EXEC":
          if transaction == nil { return .damaged(at: start, "a transaction ends that has not begun") }
          transaction = nil
        default: break
        }
      } catch {
        switch error {
        case .endOfFile: return .incomplete(from: transaction ?? start)
        case .damaged(let place, let reason): return .damaged(at: place, reason)
        }
      }
    }
    return transaction.map { .incomplete(from: $0) } ?? .complete
  }

  /// Passes over a command; returns its name if it is as long as those that begin and end transactions.
  private mutating func command() throws(Stop) -> String? {
    if bytes[place] == UInt8(ascii: "#") {
      while try next() != UInt8(ascii: "\n") {}
      return nil
    }
    let count = try number(after: UInt8(ascii: "*"), atMost: 1 << 30)
    guard count > 0 else { throw .damaged(at: place, "a command without a name") }
    var name: String?
    for index in 0..<count {
      let length = try number(after: UInt8(ascii: "$"), atMost: 512 << 20)
      let end = place + length
      guard end + 2 <= bytes.count else {
        // What a server had begun to write holds no other command: if one follows, the length is wrong.
        if let command = nextCommand(from: place) {
          throw .damaged(at: command, "a command begins where the string of \(length) bytes at \(place) goes on")
        }
        if end + 1 == bytes.count, bytes[end] != UInt8(ascii: "\r") { throw .damaged(at: end, "a string does not end") }
        throw .endOfFile
      }
      if index == 0, length <= 5 { name = String(decoding: bytes[place..<end], as: UTF8.self).uppercased() }
      place = end
      try expect(UInt8(ascii: "\r"))
      try expect(UInt8(ascii: "\n"))
    }
    return name
  }

  /// Reads `*12` or `$12` and the end of the line.
  private mutating func number(after mark: UInt8, atMost limit: Int) throws(Stop) -> Int {
    try expect(mark)
    let start = place
    var number = 0
    while case let byte = try next(), byte != UInt8(ascii: "\r") {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), number <= limit else {
        throw .damaged(at: place - 1, "a number is expected")
      }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
    }
    guard place - 1 > start, number <= limit else { throw .damaged(at: start, "a number is expected") }
    try expect(UInt8(ascii: "\n"))
    return number
  }

  private mutating func next() throws(Stop) -> UInt8 {
    guard place < bytes.count else { throw .endOfFile }
    defer { place += 1 }
    return bytes[place]
  }

  private mutating func expect(_ byte: UInt8) throws(Stop) {
    let at = place
    guard try next() == byte else {
      throw .damaged(at: at, "'\(byte < 32 ? "end of line" : String(UnicodeScalar(byte)))' is expected")
    }
  }

  /// Where what looks like a command begins, at the start of a line: `*`, digits, end of line, `$`.
  private func nextCommand(from start: Int) -> Int? {
    var at = start
    while at + 2 < bytes.count {
      defer { at += 1 }
      guard bytes[at] == UInt8(ascii: "\n"), bytes[at + 1] == UInt8(ascii: "*") else { continue }
      var scan = self
      scan.place = at + 1
      guard (try? scan.number(after: UInt8(ascii: "*"), atMost: 1 << 30)) != nil, scan.place < bytes.count,
        bytes[scan.place] == UInt8(ascii: "$")
      else { continue }
      return at + 1
    }
    return nil
  }
}
