internal import CHiredis

/// A view of one node of a reply. It copies nothing and can't outlive its ``Reply``.
///
/// Reading is lenient about absence and strict about shape: an element that is not there is a node that is nil, and
/// asking a node for what it is not throws ``RedisError/Code-swift.struct/unexpectedReply``, or the server's own error
/// where the node is one. So a decoder needs no bounds checks, and a surprising reply never ends the process.
public struct ReplyNode: ~Escapable {
  /// `nil` for a node that is not there.
  private let raw: UnsafePointer<redisReply>?

  @_lifetime(borrow owner)
  init(_ raw: UnsafeMutablePointer<redisReply>?, borrowing owner: borrowing some ~Copyable) {
    self.raw = UnsafePointer(raw)
  }

  @_lifetime(copy parent)
  private init(child raw: UnsafePointer<redisReply>?, of parent: ReplyNode) {
    self.raw = raw
  }

  /// What the node is.
  public var kind: ReplyKind {
    guard let raw else { return .nil }
    switch raw.pointee.type {
    case REDIS_REPLY_STRING: return .string
    case REDIS_REPLY_ARRAY: return .array
    case REDIS_REPLY_INTEGER: return .integer
    case REDIS_REPLY_STATUS: return .status
    case REDIS_REPLY_ERROR: return .error
    // RESP3, which 0.14 does not know: double, big number and verbatim string; boolean; map, set, attribute and push.
    case 7, 13, 14: return .string
    case 8: return .integer
    case 9, 10, 11, 12: return .array
    default: return .nil
    }
  }

  /// Whether there is nothing here.
  public var isNil: Bool { kind == .nil }

  /// The number of elements of an array; 0 for anything else.
  public var count: Int {
    guard let raw, kind == .array else { return 0 }
    return raw.pointee.elements
  }

  /// An element of an array; a node that is nil where there is none.
  public subscript(_ index: Int) -> ReplyNode {
    @_lifetime(copy self)
    get {
      guard let raw, index >= 0, index < count, let element = raw.pointee.element[index] else {
        return ReplyNode(child: nil, of: self)
      }
      return ReplyNode(child: element, of: self)
    }
  }

  /// The value that follows a name in an array of names and values, as `HGETALL` and `XINFO` answer; a node that is nil
  /// where the name is not there.
  public subscript(field name: String) -> ReplyNode {
    @_lifetime(copy self)
    get {
      var index = 0
      while index + 1 < count {
        if self[index].isEqual(to: name) { return self[index + 1] }
        index += 2
      }
      return ReplyNode(child: nil, of: self)
    }
  }

  /// The bytes of a string, status or error, not copied; empty for anything else.
  public var bytes: Span<UInt8> {
    @_lifetime(copy self)
    get {
      guard let text else { return _overrideLifetime(Span(), copying: self) }
      return _overrideLifetime(Span(_unsafeElements: text), copying: self)
    }
  }

  /// Whether the bytes are a text's.
  public func isEqual(to string: String) -> Bool {
    guard let text else { return false }
    return text.elementsEqual(string.utf8)
  }

  /// The server's error, where the node is one.
  public var error: RedisError? {
    guard kind == .error, let text else { return nil }
    return RedisError(serverLine: String(decoding: text, as: UTF8.self))
  }

  /// The text of a string, status or integer.
  ///
  /// - Throws: The node's error where it is one; `unexpectedReply` where it is anything else, or not UTF-8.
  public func string() throws(RedisError) -> String {
    switch kind {
    case .string, .status:
      guard let text, let string = String(validating: text, as: UTF8.self) else {
        throw RedisError(.unexpectedReply, "a string is not UTF-8")
      }
      return string
    case .integer: return String(try integer())
    default: throw unexpected("a string")
    }
  }

  /// The text of a string, status or integer; `nil` where the node is nil.
  public func optionalString() throws(RedisError) -> String? {
    isNil ? nil : try string()
  }

  /// The value of an integer, or of a string of decimal digits.
  ///
  /// - Throws: The node's error where it is one; `unexpectedReply` where it is no integer.
  public func integer() throws(RedisError) -> Int {
    switch kind {
    case .integer:
      if let raw { return Int(raw.pointee.integer) }
    case .string, .status:
      if let text, let value = Int(String(decoding: text, as: UTF8.self)) { return value }
    default: break
    }
    throw unexpected("an integer")
  }

  /// The value of an integer or of a string of decimal digits; `nil` where the node is nil.
  public func optionalInteger() throws(RedisError) -> Int? {
    isNil ? nil : try integer()
  }

  /// The texts of an array's elements; none where the node is nil.
  ///
  /// - Throws: The node's error where it is one; `unexpectedReply` where it or an element has another shape.
  public func strings() throws(RedisError) -> [String] {
    guard kind == .array || isNil else { throw unexpected("an array") }
    var strings: [String] = []
    strings.reserveCapacity(count)
    for index in 0..<count { strings.append(try self[index].string()) }
    return strings
  }

  /// Throws the server's error, where the node is one.
  public func check() throws(RedisError) {
    if let error { throw error }
  }

  /// Whether a node's text begins with one of some.
  static func says(_ raw: UnsafeMutablePointer<redisReply>, anyOf beginnings: [StaticString]) -> Bool {
    beginnings.contains { beginning in
      raw.pointee.len >= beginning.utf8CodeUnitCount
        && memcmp(raw.pointee.str, beginning.utf8Start, beginning.utf8CodeUnitCount) == 0
    }
  }

  /// The bytes of the nodes that have some.
  private var text: UnsafeBufferPointer<UInt8>? {
    guard let raw, let start = raw.pointee.str else { return nil }
    switch kind {
    case .string, .status, .error:
      return UnsafeBufferPointer(
        start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: raw.pointee.len)
    default: return nil
    }
  }

  private func unexpected(_ expectation: String) -> RedisError {
    error ?? RedisError(.unexpectedReply, "expected \(expectation), got \(kind)")
  }
}
