/// A command as it stands in a buffer: finds its first key, by which a cluster's node is chosen.
///
/// The names of the few commands whose keys are not their first argument stand here. Whatever else has arguments has its key first.
struct EncodedCommand: ~Escapable {
  private let bytes: Span<UInt8>
  /// Where its arguments stand, the name first, as far as they are needed.
  private var arguments: [Range<Int>] = []
  private let argumentCount: Int
  /// Where the next argument's header begins.
  private var next: Int

  /// - Parameters:
  ///   - start: where its header begins.
  ///   - bytes: what ``Commands`` has encoded.
  @_lifetime(copy bytes)
  init(at start: Int, in bytes: Span<UInt8>) {
    self.bytes = bytes
    (argumentCount, next) = Self.number(after: start, in: bytes)
    for _ in 0..<min(4, argumentCount) { parse() }
  }

  /// Where its first key is in the buffer; nil if it has none.
  var key: Range<Int>? {
    if isNamed(oneOf: Self.keyless) { return nil }
    if isNamed("XREADGROUP") || isNamed("XREAD") { return argument(after: "STREAMS") }
    if isNamed(oneOf: Self.counted) { return isWord(2, "0") ? nil : argument(3) }
    return isNamed(oneOf: Self.secondary) ? argument(2) : argument(1)
  }

  /// Without keys, or about all of them.
  private static let keyless: [StaticString] = [
    "MULTI", "EXEC", "DISCARD", "UNWATCH", "PING", "TIME", "INFO", "CLIENT", "CONFIG", "WAIT", "WAITAOF", "SCAN",
    "FUNCTION", "SCRIPT", "CLUSTER", "ASKING", "ACL", "COMMAND", "LATENCY", "SLOWLOG", "ROLE", "DBSIZE", "FLUSHALL",
    "FLUSHDB", "SHUTDOWN", "DEBUG", "ECHO", "HELLO", "AUTH", "SELECT", "SAVE", "BGSAVE", "BGREWRITEAOF", "LASTSAVE",
    "KEYS", "RANDOMKEY", "REPLICAOF", "FAILOVER", "READONLY", "READWRITE", "PUBLISH", "MONITOR", "RESET", "QUIT",
  ]
  /// With the number of keys as the second argument.
  private static let counted: [StaticString] = [
    "FCALL", "FCALL_RO", "EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO",
  ]
  /// With a word before the key.
  private static let secondary: [StaticString] = ["XINFO", "XGROUP", "OBJECT", "MEMORY", "BITOP"]

  /// Whether this is its name.
  func isNamed(_ name: StaticString) -> Bool { isWord(0, name) }

  /// Whether it is about the command after it.
  var isCachingNext: Bool { isNamed("CLIENT") && isWord(1, "CACHING") }

  private func isNamed(oneOf names: [StaticString]) -> Bool {
    for name in names where isNamed(name) { return true }
    return false
  }

  /// Whether an argument is a word, in whichever case.
  private func isWord(_ index: Int, _ word: StaticString) -> Bool {
    guard arguments.indices.contains(index) else { return false }
    return holds(arguments[index], word)
  }

  private func holds(_ range: Range<Int>, _ word: StaticString) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    for (offset, place) in range.enumerated() {
      let byte = bytes[place]
      let isLowercase = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      if (isLowercase ? byte - 32 : byte) != word.utf8Start[offset] { return false }
    }
    return true
  }

  private func argument(_ index: Int) -> Range<Int>? { arguments.indices.contains(index) ? arguments[index] : nil }

  private func argument(after word: StaticString) -> Range<Int>? {
    var rest = copy self
    while rest.arguments.count < argumentCount { rest.parse() }
    for place in rest.arguments.indices where rest.isWord(place, word) { return rest.argument(place + 1) }
    return nil
  }

  @_lifetime(self: copy self)
  private mutating func parse() {
    let (length, start) = Self.number(after: next, in: bytes)
    arguments.append(start..<start + length)
    next = start + length + 2
  }

  /// The number of a header, and where what it is of begins.
  private static func number(after start: Int, in bytes: Span<UInt8>) -> (value: Int, end: Int) {
    var (value, index) = (0, start + 1)
    while bytes[index] != UInt8(ascii: "\r") {
      value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
      index += 1
    }
    return (value, index + 2)
  }
}
