/// Splits a file or standard input into events: one JSON object per line, one JSON array of objects, or objects that go over
/// several lines.
///
/// Give it the bytes as they come; it keeps no more of them than one event. A line that is no event spoils no other line; an
/// array that stops being JSON can't be read on, which is said.
///
/// An object that does not end on its first line is taken for one over several lines for as long as that can be JSON; else
/// its first line was a bad line among others.
public struct EventInput: Sendable {
  private enum Mode {
    /// The first object is being read, and has not ended yet.
    case undecided
    case lines
    /// Objects over several lines, one after the other.
    case objects
    /// After an object that broke off: until a line begins with another.
    case skipping
    case array(ArrayState)
    /// Nothing more is expected.
    case end
  }

  private enum ArrayState {
    case first, element, comma, next
  }

  private let limit: Int
  private var mode = Mode.undecided
  private var tracker = ValueTracker()
  /// What has been read of the current line, object or element.
  private var buffer: [UInt8] = []
  private var isTooLong = false
  /// Lines that have ended.
  private var lineCount = 0
  private var firstLine = 1
  private var element = 0
  /// Of a byte order mark, how much has been passed over; nil when that is over.
  private var markLength: Int? = 0
  private var documents: [InputDocument] = []
  private var encoding = InputEncoding()

  /// An input.
  ///
  /// - Parameter limit: bytes that one event may have as it is written, with all blanks; of a longer one nothing is kept. What it may
  ///   have without them is up to the catalog.
  public init(limit: Int = 16 * EncodedEvent.longest) {
    self.limit = limit
  }

  /// Takes the next bytes; returns the events that end in them.
  public mutating func read(_ bytes: [UInt8]) -> [InputDocument] {
    var position = 0
    if encoding.isOpen, let problem = encoding.take(bytes) {
      report(problem)
      mode = .end
      isTooLong = true
      markLength = nil
    }
    if markLength != nil { position = skipMark(bytes) }
    while position < bytes.count {
      if case .lines = mode {
        position = readLine(bytes, position)
      } else {
        take(bytes[position])
        position += 1
      }
    }
    return takeDocuments()
  }

  /// Ends the input; returns what was begun and has not ended.
  public mutating func finish() -> [InputDocument] {
    switch mode {
    case .lines: endLine()
    case .undecided, .objects: if !tracker.isEmpty || hasText { emit() }
    case .array(let state):
      if state == .element { emit() }
      report("the array is not closed: the input ends in its middle")
    case .skipping, .end: break
    }
    mode = .end
    return takeDocuments()
  }

  private mutating func takeDocuments() -> [InputDocument] {
    defer { documents = [] }
    return documents
  }

  private mutating func skipMark(_ bytes: [UInt8]) -> Int {
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    var position = 0
    while let length = markLength, position < bytes.count {
      guard length < mark.count, bytes[position] == mark[length] else {
        // Bytes that only begin like a mark are no JSON either.
        buffer.append(contentsOf: mark[0..<(length < mark.count ? length : 0)])
        markLength = nil
        break
      }
      markLength = length + 1
      position += 1
    }
    return position
  }

  // MARK: Lines

  private mutating func readLine(_ bytes: [UInt8], _ start: Int) -> Int {
    let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
    keep(bytes[start..<end])
    guard end < bytes.count else { return end }
    endLine()
    lineCount += 1
    return end + 1
  }

  private mutating func endLine() {
    firstLine = lineCount + 1
    if hasText || isTooLong { emit() }
    startOver()
  }

  private var hasText: Bool { buffer.contains { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d && $0 != 0x0a } }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    guard !isTooLong else { return }
    guard buffer.count + bytes.count <= limit else {
      isTooLong = true
      buffer = []
      return
    }
    buffer.append(contentsOf: bytes)
  }

  // MARK: Values

  private mutating func take(_ byte: UInt8) {
    switch mode {
    case .undecided: takeUndecided(byte)
    case .objects: takeObject(byte)
    case .skipping: takeSkipping(byte)
    case .array(let state): takeInArray(byte, state)
    case .end: takeAfterEnd(byte)
    case .lines: break
    }
    if byte == 0x0a { lineCount += 1 }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }

  private mutating func takeUndecided(_ byte: UInt8) {
    if tracker.isEmpty {
      if Self.isBlank(byte) { return }
      firstLine = lineCount + 1
      if byte == UInt8(ascii: "[") {
        mode = .array(.first)
        return
      }
    }
    keepByte(byte)
    switch tracker.take(byte) {
    case .inside:
      // A line that is too long to be kept can't be looked at again.
      if isTooLong, firstLine == lineCount + 1 { becomeLines() }
    case .complete where firstLine == lineCount + 1: becomeLines()
    case .complete:
      emit()
      startOver()
      mode = .objects
    case .broken where isTooLong && firstLine <= lineCount:
      emit()
      startOver()
      mode = .skipping
    case .broken: becomeLines()
    }
  }

  /// What has been read so far was lines.
  private mutating func becomeLines() {
    mode = .lines
    let (read, wasTooLong) = (buffer, isTooLong)
    lineCount = firstLine - 1
    startOver()
    isTooLong = wasTooLong
    var position = 0
    while position < read.count { position = readLine(read, position) }
    // The line end that was the last byte read is counted by whoever took it.
    if read.last == 0x0a { lineCount -= 1 }
  }

  private mutating func takeObject(_ byte: UInt8) {
    if tracker.isEmpty {
      if Self.isBlank(byte) { return }
      firstLine = lineCount + 1
    }
    keepByte(byte)
    switch tracker.take(byte) {
    case .inside: break
    case .complete:
      emit()
      startOver()
    case .broken:
      emit()
      startOver()
      mode = .skipping
    }
  }

  private mutating func takeSkipping(_ byte: UInt8) {
    if byte == UInt8(ascii: "{"), buffer.isEmpty {
      mode = .objects
      takeObject(byte)
    } else if byte == 0x0a {
      buffer = []
    } else if buffer.isEmpty {
      buffer = [byte]
    }
  }

  private mutating func takeInArray(_ byte: UInt8, _ state: ArrayState) {
    if state != .element, Self.isBlank(byte) { return }
    switch state {
    case .first where byte == UInt8(ascii: "]"), .comma where byte == UInt8(ascii: "]"): mode = .end
    case .comma where byte == UInt8(ascii: ","): mode = .array(.next)
    case .comma: breakArray("expected ',' or ']' after it")
    case .first where byte != UInt8(ascii: "{"):
      // `[INFO] …` is a line of something else, and no array of events.
      buffer = [UInt8(ascii: "["), byte]
      becomeLines()
    case .first, .next:
      element += 1
      firstLine = lineCount + 1
      guard byte == UInt8(ascii: "{") else { return breakArray("expected an object") }
      mode = .array(.element)
      takeElement(byte)
    case .element: takeElement(byte)
    }
  }

  private mutating func takeElement(_ byte: UInt8) {
    keepByte(byte)
    switch tracker.take(byte) {
    case .inside: break
    case .complete:
      emit()
      startOver()
      mode = .array(.comma)
    case .broken:
      emit()
      breakArray("the array can't be read on after it")
    }
  }

  private mutating func breakArray(_ problem: String) {
    report("not JSON: \(problem); the rest of the input was not read")
    mode = .end
    markLength = nil
    isTooLong = true
  }

  private mutating func takeAfterEnd(_ byte: UInt8) {
    // After a broken array, or after what follows a whole one was reported, nothing counts.
    guard !isTooLong, !Self.isBlank(byte) else { return }
    isTooLong = true
    firstLine = lineCount + 1
    documents.append(
      InputDocument(
        place: .init(line: firstLine), problem: "not JSON: expected the end after the array; it was not read"))
  }

  // MARK: Documents

  private mutating func keepByte(_ byte: UInt8) {
    guard !isTooLong else { return }
    guard buffer.count < limit else {
      isTooLong = true
      buffer = []
      return
    }
    buffer.append(byte)
  }

  private mutating func startOver() {
    buffer.removeAll(keepingCapacity: true)
    isTooLong = false
    tracker = ValueTracker()
  }

  private var place: InputDocument.Place {
    InputDocument.Place(line: firstLine, element: element > 0 ? element : nil)
  }

  private mutating func emit() {
    guard !isTooLong else { return report("longer than \(limit) bytes") }
    documents.append(InputDocument(place: place, json: buffer))
  }

  private mutating func report(_ problem: String) {
    documents.append(InputDocument(place: place, problem: problem))
  }
}
