#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads a file line by line; of a line that is too long it keeps only the number.
public struct LineReader {
  /// A line without its end.
  public struct Line: Sendable {
    /// From 1.
    public let number: Int
    /// Nil if the line is too long.
    public let bytes: [UInt8]?
  }

  private let fileDescriptor: Int32
  private let longest: Int
  private var buffer: [UInt8] = []
  private var position = 0
  private var number = 0
  private var isAtEnd = false

  /// Reads an open file whose lines have at most `longest` bytes.
  public init(fileDescriptor: Int32, longest: Int) {
    self.fileDescriptor = fileDescriptor
    self.longest = longest
  }

  /// The next line, without a byte-order mark at the start of the file and a carriage return at the end; nil at the end.
  public mutating func next() throws(JSONError) -> Line? {
    var line: [UInt8] = []
    var isTooLong = false
    while true {
      if position == buffer.count {
        guard try fill() else {
          guard !line.isEmpty || isTooLong else { return nil }
          return finish(line, isTooLong)
        }
      }
      let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n"))
      let part = buffer[position..<(end ?? buffer.count)]
      if line.count + part.count > longest {
        isTooLong = true
        line = []
      }
      if !isTooLong { line += part }
      position = end.map { $0 + 1 } ?? buffer.count
      if end != nil { return finish(line, isTooLong) }
    }
  }

  private mutating func finish(_ line: [UInt8], _ isTooLong: Bool) -> Line {
    number += 1
    guard !isTooLong else { return Line(number: number, bytes: nil) }
    var line = line
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    if number == 1, line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
    return Line(number: number, bytes: line)
  }

  private mutating func fill() throws(JSONError) -> Bool {
    guard !isAtEnd else { return false }
    let descriptor = fileDescriptor
    var count = 0
    var failure: Int32 = 0
    buffer = [UInt8](unsafeUninitializedCapacity: 1 << 18) { bytes, initialized in
      repeat { count = read(descriptor, bytes.baseAddress, bytes.count) } while count < 0 && errno == EINTR
      failure = errno
      initialized = max(0, count)
    }
    position = 0
    guard count >= 0 else { throw JSONError(problem: "cannot read: \(String(cString: strerror(failure)))") }
    isAtEnd = count == 0
    return count > 0
  }
}
