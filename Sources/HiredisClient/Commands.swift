/// RESP commands encoded one after the other into one buffer: what a pipeline sends with one write.
///
/// The buffer grows by doubling and is kept by ``removeAll(keepingCapacity:)``, so encoding into a reused value
/// allocates nothing.
///
/// [RESP specification](https://redis.io/docs/latest/develop/reference/protocol-spec/): a command is an array of bulk
/// strings. Servers refuse lengths with leading zeros, so a header can't be reserved at a fixed width.
public struct Commands: Sendable {
  /// The number of complete commands.
  public private(set) var count = 0

  /// The encoded bytes are the first `used`.
  private var storage: [UInt8] = []
  private var used = 0
  /// Where each command begins, complete or not.
  private var starts: [Int] = []
  /// Arguments still due of the command that ``begin(argumentCount:)`` started.
  private var argumentsDue = 0
  private var openCommand: OpenCommand?
  /// The digits of the last argument count that ``close()`` wrote: the guess for the next header's width.
  private var usualDigits = 1

  private struct OpenCommand {
    var headerStart: Int
    var argumentCount = 0
  }

  /// No commands.
  public init() {}

  /// Whether there are none.
  public var isEmpty: Bool { count == 0 }

  /// The length of the encoded commands in bytes.
  public var byteCount: Int { used }

  /// Whether no command is begun and unfinished.
  var isComplete: Bool { argumentsDue == 0 && openCommand == nil }

  /// The encoded commands.
  public var span: Span<UInt8> {
    @_lifetime(borrow self)
    get { storage.span.extracting(first: used) }
  }

  /// Removes all commands.
  ///
  /// - Parameter keepingCapacity: Whether to keep the buffer for the next commands.
  public mutating func removeAll(keepingCapacity: Bool = false) {
    if !keepingCapacity { storage = [] }
    used = 0
    starts.removeAll(keepingCapacity: keepingCapacity)
    count = 0
    argumentsDue = 0
    openCommand = nil
  }

  /// Adds one command.
  public mutating func append(_ arguments: String...) {
    append(arguments)
  }

  /// Adds one command, its name first; it must not be empty.
  public mutating func append(_ arguments: [String]) {
    begin(argumentCount: arguments.count)
    for argument in arguments { self.argument(argument) }
  }

  /// Adds another buffer's commands.
  public mutating func append(contentsOf other: Commands) {
    append(0..<other.count, of: other)
  }

  /// Adds some of another buffer's commands.
  mutating func append(_ range: Range<Int>, of other: Commands) {
    precondition(isComplete && other.isComplete, "a command is unfinished")
    guard !range.isEmpty else { return }
    let bytes = other.start(of: range.lowerBound)..<other.start(of: range.upperBound)
    reserve(bytes.count)
    storage.withUnsafeMutableBytes { [used] target in
      other.storage.withUnsafeBytes { source in
        let added = UnsafeRawBufferPointer(rebasing: source[bytes])
        UnsafeMutableRawBufferPointer(rebasing: target[used...]).copyMemory(from: added)
      }
    }
    for index in range { starts.append(used + other.starts[index] - bytes.lowerBound) }
    used += bytes.count
    count += range.count
  }

  /// Where a command begins; the end for the one after the last.
  func start(of index: Int) -> Int { index == count ? used : starts[index] }

  /// Starts a command; as many calls of `argument` must follow as announced, the command's name being the first.
  public mutating func begin(argumentCount: Int) {
    precondition(isComplete, "the command before is unfinished")
    precondition(argumentCount > 0, "a command has at least a name")
    starts.append(used)
    write(atMost: Self.longestHeader) { Self.header(UInt8(ascii: "*"), argumentCount, at: $0) }
    argumentsDue = argumentCount
  }

  /// Starts a command whose number of arguments ``close()`` will count.
  public mutating func open() {
    precondition(isComplete, "the command before is unfinished")
    reserve(Self.longestHeader)
    starts.append(used)
    openCommand = OpenCommand(headerStart: used)
    used += 1 + usualDigits + 2
  }

  /// Ends the command that ``open()`` started; it must have at least a name.
  public mutating func close() {
    guard let command = openCommand, command.argumentCount > 0 else {
      preconditionFailure("no command is open, or it is empty")
    }
    let digits = UInt64(command.argumentCount).decimalDigits
    if digits != usualDigits {
      reserve(Self.longestHeader)
      let source = command.headerStart + 1 + usualDigits + 2
      let target = command.headerStart + 1 + digits + 2
      storage.withUnsafeMutableBytes { [used] bytes in
        let arguments = UnsafeRawBufferPointer(rebasing: bytes[source..<used])
        UnsafeMutableRawBufferPointer(rebasing: bytes[target...]).copyMemory(from: arguments)
      }
      used += target - source
      usualDigits = digits
    }
    let end = used
    used = command.headerStart
    write(atMost: Self.longestHeader) { Self.header(UInt8(ascii: "*"), command.argumentCount, at: $0) }
    used = end
    openCommand = nil
    count += 1
  }

  /// Adds an argument to the command that was begun.
  public mutating func argument(_ string: String) {
    argument(string.utf8.span)
  }

  /// Adds an argument to the command that was begun.
  public mutating func argument(_ string: StaticString) {
    if string.hasPointerRepresentation {
      argument(UnsafeBufferPointer(start: string.utf8Start, count: string.utf8CodeUnitCount))
    } else {
      string.withUTF8Buffer { argument($0) }
    }
  }

  /// Adds an argument to the command that was begun.
  public mutating func argument(_ integer: Int) {
    argument(Int64(integer))
  }

  /// Adds an argument to the command that was begun.
  public mutating func argument(_ integer: Int64) {
    let magnitude = integer.magnitude
    let digits = magnitude.decimalDigits
    let sign = integer < 0 ? 1 : 0
    write(atMost: 2 * Self.longestHeader) { target in
      var end = Self.header(UInt8(ascii: "$"), digits + sign, at: target)
      if sign == 1 { target[end] = UInt8(ascii: "-") }
      end += sign
      Self.digits(magnitude, digits, at: target + end)
      return Self.lineEnd(at: target, end + digits)
    }
    argumentAdded()
  }

  /// Adds the id of a stream's entry, `<milliseconds>-<sequence>`, to the command that was begun.
  public mutating func argument(milliseconds: UInt64, sequence: UInt64) {
    let (first, second) = (milliseconds.decimalDigits, sequence.decimalDigits)
    write(atMost: 3 * Self.longestHeader) { target in
      var end = Self.header(UInt8(ascii: "$"), first + 1 + second, at: target)
      Self.digits(milliseconds, first, at: target + end)
      end += first
      target[end] = UInt8(ascii: "-")
      Self.digits(sequence, second, at: target + end + 1)
      return Self.lineEnd(at: target, end + 1 + second)
    }
    argumentAdded()
  }

  /// Adds an argument to the command that was begun; any bytes are allowed.
  public mutating func argument(_ bytes: [UInt8]) {
    argument(bytes.span)
  }

  /// Adds an argument to the command that was begun; any bytes are allowed.
  public mutating func argument(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { argument($0) }
  }

  private mutating func argument(_ bytes: UnsafeBufferPointer<UInt8>) {
    write(atMost: Self.longestHeader + bytes.count + 2) { target in
      var end = Self.header(UInt8(ascii: "$"), bytes.count, at: target)
      if let start = bytes.baseAddress { (target + end).update(from: start, count: bytes.count) }
      end += bytes.count
      return Self.lineEnd(at: target, end)
    }
    argumentAdded()
  }

  private mutating func argumentAdded() {
    if openCommand != nil {
      openCommand?.argumentCount += 1
    } else {
      precondition(argumentsDue > 0, "no command is begun")
      argumentsDue -= 1
      if argumentsDue == 0 { count += 1 }
    }
  }

  // MARK: Bytes

  /// A marker, the digits of the largest integer, a line end.
  private static let longestHeader = 24

  private mutating func reserve(_ additional: Int) {
    let needed = used + additional
    guard needed > storage.count else { return }
    let size = max(256, needed, storage.count * 2)
    storage.append(contentsOf: repeatElement(0, count: size - storage.count))
  }

  /// Adds what `body` writes: not more than `capacity` bytes, which is what its pointer is good for while it runs. It returns how
  /// many there are.
  private mutating func write(atMost capacity: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int) {
    reserve(capacity)
    used += storage.withUnsafeMutableBufferPointer { [used] bytes in
      bytes.baseAddress.map { body($0 + used) } ?? 0
    }
  }

  /// Writes a marker, a number and a line end; returns their length, at most `longestHeader`.
  private static func header(_ marker: UInt8, _ value: Int, at target: UnsafeMutablePointer<UInt8>) -> Int {
    let magnitude = UInt64(value)
    let digits = magnitude.decimalDigits
    target[0] = marker
    self.digits(magnitude, digits, at: target + 1)
    return lineEnd(at: target, 1 + digits)
  }

  /// Writes a line end at an offset; returns the offset after it.
  private static func lineEnd(at target: UnsafeMutablePointer<UInt8>, _ offset: Int) -> Int {
    target[offset] = UInt8(ascii: "\r")
    target[offset + 1] = UInt8(ascii: "\n")
    return offset + 2
  }

  private static func digits(_ value: UInt64, _ count: Int, at target: UnsafeMutablePointer<UInt8>) {
    var rest = value
    for position in (0..<count).reversed() {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
      target[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
      rest = quotient
    }
  }
}

extension UInt64 {
  /// The number of decimal digits.
  fileprivate var decimalDigits: Int {
    var digits = 1
    var bound: UInt64 = 10
    while self >= bound {
      digits += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    return digits
  }
}
