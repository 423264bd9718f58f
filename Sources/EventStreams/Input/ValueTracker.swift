/// Follows the bytes of one JSON value to find where it ends, or where it certainly stops being JSON.
///
/// It knows brackets, strings and what may follow what; whether the value really is JSON is for the parser to say.
struct ValueTracker: Sendable {
  enum State: Sendable {
    /// The byte belongs to the value, which goes on.
    case inside
    /// The byte is the value's last.
    case complete
    /// The byte can't follow what came before.
    case broken
  }

  private enum Expectation {
    case nameOrEnd, name, colon, value, valueOrEnd, commaOrEnd
  }

  /// The open brackets: true for an object.
  private var stack: [Bool] = []
  private var expected = Expectation.value
  private var isInString = false
  private var isEscaped = false
  /// Within a number, true, false or null.
  private var isInWord = false

  /// True before the first byte that counts.
  var isEmpty: Bool { stack.isEmpty && !isInString && !isInWord }

  /// Takes the next byte.
  mutating func take(_ byte: UInt8) -> State {
    if isInString { return takeInString(byte) }
    switch byte {
    case 0x20, 0x09, 0x0a, 0x0d:
      endWord()
      return .inside
    case UInt8(ascii: "\""):
      isInString = true
      switch expected {
      case .nameOrEnd, .name: expected = .colon
      case .value, .valueOrEnd: expected = .commaOrEnd
      case .colon, .commaOrEnd: return .broken
      }
      return isInWord ? .broken : .inside
    case UInt8(ascii: "{"), UInt8(ascii: "["): return open(byte == UInt8(ascii: "{"))
    case UInt8(ascii: "}"), UInt8(ascii: "]"): return close(byte == UInt8(ascii: "}"))
    case UInt8(ascii: ":"):
      guard expected == .colon else { return .broken }
      expected = .value
      return .inside
    case UInt8(ascii: ","):
      endWord()
      guard expected == .commaOrEnd, let isObject = stack.last else { return .broken }
      expected = isObject ? .name : .value
      return .inside
    default:
      guard isInWord || expected == .value || expected == .valueOrEnd, !stack.isEmpty else { return .broken }
      isInWord = true
      return .inside
    }
  }

  private mutating func takeInString(_ byte: UInt8) -> State {
    if byte == 0x0a { return .broken }
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isInString = false
      if stack.isEmpty { return .complete }
    }
    return .inside
  }

  private mutating func endWord() {
    guard isInWord else { return }
    isInWord = false
    expected = .commaOrEnd
  }

  private mutating func open(_ isObject: Bool) -> State {
    guard !isInWord, expected == .value || expected == .valueOrEnd, stack.count < JSONParser.depthLimit else {
      return .broken
    }
    stack.append(isObject)
    expected = isObject ? .nameOrEnd : .valueOrEnd
    return .inside
  }

  private mutating func close(_ isObject: Bool) -> State {
    endWord()
    switch expected {
    case .commaOrEnd: break
    case .nameOrEnd where isObject, .valueOrEnd where !isObject: break
    default: return .broken
    }
    guard stack.popLast() == isObject else { return .broken }
    expected = .commaOrEnd
    return stack.isEmpty ? .complete : .inside
  }
}
