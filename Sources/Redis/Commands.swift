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
    precondition(isComplete && other.isComplete, "a command is unfinished")
    reserve(other.used)
    storage.withUnsafeMutableBytes { [used] target in
      other.storage.withUnsafeBytes { source in
        let added = UnsafeRawBufferPointer(rebasing: source[..<other.used])
        UnsafeMutableRawBufferPointer(rebasing: target[used...]).copyMemory(from: added)
      }
    }
    used += other.used
    count += other.count
  }

  /// Starts a command; as many calls of `argument` must follow as announced, the command's name being the first.
  public mutating func begin(argumentCount: Int) {
    precondition(isComplete, "the command before is unfinished")
    precondition(argumentCount > 0, "a command has at least a name")
    reserve(Self.longestHeader)
    writeHeader(UInt8(ascii: "*"), argumentCount)
    argumentsDue = argumentCount
  }

  /// Starts a command whose number of arguments ``close()`` will count.
  public mutating func open() {
    precondition(isComplete, "the command before is unfinished")
    reserve(Self.longestHeader)
    openCommand = OpenCommand(headerStart: used)
    used += 1 + usualDigits + 2
  }

  /// Ends the command that ``open()`` started; it must have at least a name.
  public mutating func close() {
    guard let command = openCommand, command.argumentCount > 0 else {
      preconditionFailure("no command is open, or it is empty")
    }
    let digits = command.argumentCount.decimalDigits
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
    writeHeader(UInt8(ascii: "*"), command.argumentCount)
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
    let digits = integer.magnitude.decimalDigits
    let length = digits + (integer < 0 ? 1 : 0)
    reserve(2 * Self.longestHeader)
    writeHeader(UInt8(ascii: "$"), length)
    if integer < 0 { writeByte(UInt8(ascii: "-")) }
    writeDigits(integer.magnitude, digits)
    writeLineEnd()
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
    reserve(Self.longestHeader + bytes.count + 2)
    writeHeader(UInt8(ascii: "$"), bytes.count)
    if let start = bytes.baseAddress {
      storage.withUnsafeMutableBufferPointer { [used] in
        $0.baseAddress?.advanced(by: used).update(from: start, count: bytes.count)
      }
      used += bytes.count
    }
    writeLineEnd()
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

  private mutating func writeByte(_ byte: UInt8) {
    storage[used] = byte
    used += 1
  }

  private mutating func writeLineEnd() {
    storage[used] = UInt8(ascii: "\r")
    storage[used + 1] = UInt8(ascii: "\n")
    used += 2
  }

  private mutating func writeHeader(_ marker: UInt8, _ value: Int) {
    writeByte(marker)
    let magnitude = UInt64(value)
    writeDigits(magnitude, magnitude.decimalDigits)
    writeLineEnd()
  }

  private mutating func writeDigits(_ value: UInt64, _ digits: Int) {
    var value = value
    var position = used + digits
    while position > used {
      position -= 1
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
      storage[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
      value = quotient
    }
    used += digits
  }
}

extension BinaryInteger {
  /// The number of decimal digits of a value that is not negative.
  fileprivate var decimalDigits: Int {
    var digits = 1
    var rest = self / 10
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    return digits
  }
}
