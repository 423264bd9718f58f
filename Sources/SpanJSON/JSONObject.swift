/// An object's fields.
///
/// Fields that are asked for in the order they were written, each once, cost one comparison each. Of fields with the same name the
/// first counts.
public struct JSONObject: ~Escapable {
  @usableFromInline package let value: JSONValue
  /// The field after the last that was found, as long as all before it have been found; nil from then on.
  private var next: Int?

  @_lifetime(copy value)
  init(_ value: borrowing JSONValue) {
    self.value = JSONValue(bytes: value.bytes, tape: value.tape, index: value.index)
    next = value.index + 1
  }

  /// A field that must be there, unless it is read as an optional; `null` counts as missing.
  @inlinable
  public subscript<Value: JSONReadable>(_ name: StaticString) -> Value {
    mutating get throws(JSONError) {
      guard let index = find(name) else {
        guard let absent = Value.absent else { throw Self.isMissing(name) }
        return absent
      }
      return try read(index, name)
    }
  }

  /// A field that need not be there.
  @inlinable
  public mutating func optional<Value: JSONReadable>(
    _ name: StaticString, as type: Value.Type = Value.self
  ) throws(JSONError) -> Value? {
    guard let index = find(name) else { return nil }
    return try read(index, name)
  }

  /// Calls `body` with a field that must be there; an error it throws gets the field's name.
  @inlinable
  public mutating func with<Result>(
    _ name: StaticString, _ body: (borrowing JSONValue) throws(JSONError) -> Result
  ) throws(JSONError) -> Result {
    guard let index = find(name) else { throw Self.isMissing(name) }
    do throws(JSONError) {
      return try body(JSONValue(bytes: value.bytes, tape: value.tape, index: index))
    } catch {
      throw Self.error(error, inside: name)
    }
  }

  /// Calls `body` with each field, in the order written; an error it throws gets the field's name.
  public func forEachField(
    _ body: (String, borrowing JSONValue) throws(JSONError) -> Void
  ) throws(JSONError) {
    var field = value.index + 1
    while field < Int(value.node.next) {
      let name = JSONValue(bytes: value.bytes, tape: value.tape, index: field).text
      let content = JSONValue(bytes: value.bytes, tape: value.tape, index: field + 1)
      do throws(JSONError) { try body(name, content) } catch { throw error.inside(name) }
      field = Int(content.node.next)
    }
  }

  /// Calls `body` with each field, its name and its value as they are written, in the order written.
  package func forEachToken(_ body: (_ name: borrowing JSONValue, _ value: borrowing JSONValue) -> Void) {
    var field = value.index + 1
    while field < Int(value.node.next) {
      body(
        JSONValue(bytes: value.bytes, tape: value.tape, index: field),
        JSONValue(bytes: value.bytes, tape: value.tape, index: field + 1))
      field = following(field)
    }
  }

  @inlinable
  func read<Value: JSONReadable>(_ index: Int, _ name: StaticString) throws(JSONError) -> Value {
    do throws(JSONError) {
      return try Value(from: JSONValue(bytes: value.bytes, tape: value.tape, index: index))
    } catch {
      throw Self.error(error, inside: name)
    }
  }

  // Apart, so that what is inlined is short.
  @usableFromInline
  static func isMissing(_ name: StaticString) -> JSONError { JSONError(path: "\(name)", problem: "is missing") }

  @usableFromInline
  static func error(_ error: JSONError, inside name: StaticString) -> JSONError { error.inside("\(name)") }

  /// A value, by where `find` has found it.
  @_lifetime(copy self)
  package func value(at index: Int) -> JSONValue {
    JSONValue(bytes: value.bytes, tape: value.tape, index: index)
  }

  /// The tape index of a field's value; nil if there is no such field or it is null.
  @usableFromInline
  package mutating func find(_ name: StaticString) -> Int? {
    let end = Int(value.node.next)
    // Nearly always it is the next, and then it is the first of its name.
    if let next, next < end, matches(next, name) {
      self.next = following(next)
      return content(of: next)
    }
    var field = value.index + 1
    while field < end {
      if matches(field, name) {
        if let next, field > next { self.next = nil }
        return content(of: field)
      }
      field = following(field)
    }
    return nil
  }

  /// Where the field after another begins.
  @inline(__always)
  private func following(_ field: Int) -> Int { Int(value.tape[field + 1].next) }

  /// Where a field's value is, unless it is null.
  @inline(__always)
  private func content(of field: Int) -> Int? { value.tape[field + 1].kind == .null ? nil : field + 1 }

  @inline(__always)
  private func matches(_ field: Int, _ name: StaticString) -> Bool {
    let node = value.tape[field]
    if node.isEscaped {
      return JSONValue(bytes: value.bytes, tape: value.tape, index: field).text.hasSameBytes(as: "\(name)")
    }
    let count = Int(node.end - node.start)
    guard count == name.utf8CodeUnitCount else { return false }
    let start = Int(node.start)
    return name.withUTF8Buffer { name in
      // The scanner put the node where there are so many bytes.
      let bytes = value.bytes.bytes
      let name = UnsafeRawBufferPointer(name)
      guard count >= 8 else {
        for index in 0..<count
        where bytes.unsafeLoad(fromUncheckedByteOffset: start + index, as: UInt8.self) != name[index] {
          return false
        }
        return true
      }
      // Eight at a time; the last eight may overlap those before.
      func differs(_ index: Int) -> Bool {
        bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start + index, as: UInt64.self)
          != name.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      }
      for index in stride(from: 0, to: count - 8, by: 8) where differs(index) { return false }
      return !differs(count - 8)
    }
  }
}
