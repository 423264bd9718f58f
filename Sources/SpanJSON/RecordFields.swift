/// Where a record's fields come from, or go to: the list of its fields is told to this, whether they are read, written or described.
public struct RecordFields<Record>: ~Escapable {
  @usableFromInline var object: JSONObject
  /// Who is told the fields; nil where they are read.
  @usableFromInline let listener: FieldListener<Record>?

  @usableFromInline
  @_lifetime(copy json)
  init(reading json: borrowing JSONValue) throws(JSONError) {
    object = try json.object()
    listener = nil
  }

  @usableFromInline
  @_lifetime(immortal)
  init(tellingTo listener: FieldListener<Record>) {
    object = JSONObject(JSONValue(bytes: Span(), tape: Span(), index: 0))
    self.listener = listener
  }

  /// A field that must be there.
  ///
  /// - Parameters:
  ///   - name: in JSON.
  ///   - value: where the record has it.
  ///   - rule: what must hold of it.
  @inlinable @inline(__always)
  public mutating func callAsFunction<Value: FieldValue>(
    _ name: StaticString, _ value: (Record) -> Value, _ rule: @autoclosure () -> FieldRule<Value> = .any
  ) throws(JSONError) -> Value {
    guard let listener else { return try checked(object[name], name, rule()) }
    return listener.tell(name, value, rule, isOptional: false)
  }

  /// A field that counts as some value if it isn't there, and is written always.
  @inlinable @inline(__always)
  public mutating func callAsFunction<Value: FieldValue>(
    _ name: StaticString, _ value: (Record) -> Value, _ rule: @autoclosure () -> FieldRule<Value> = .any,
    ifAbsent absent: @autoclosure () -> Value
  ) throws(JSONError) -> Value {
    guard let listener else {
      guard let found: Value = try object.optional(name) else { return absent() }
      return try checked(found, name, rule())
    }
    return listener.tell(name, value, rule, isOptional: true)
  }

  /// A field that counts as some value if it isn't there, and is left out where it is that.
  @inlinable @inline(__always)
  public mutating func callAsFunction<Value: FieldValue & Equatable>(
    _ name: StaticString, _ value: (Record) -> Value, _ rule: @autoclosure () -> FieldRule<Value> = .any,
    omitting usual: Value
  ) throws(JSONError) -> Value {
    guard let listener else {
      guard let found: Value = try object.optional(name) else { return usual }
      return try checked(found, name, rule())
    }
    guard let (record, json) = listener.written else { return listener.describe(name, rule(), isOptional: true) }
    let value = FieldListener.value(value, of: &record.pointee)
    if value != usual { json.pointee.field(name, value) }
    return value
  }

  /// A field that need not be there, and is not written if there is no value.
  @inlinable @inline(__always)
  public mutating func optional<Value: FieldValue>(
    _ name: StaticString, _ value: (Record) -> Value?, _ rule: @autoclosure () -> FieldRule<Value> = .any
  ) throws(JSONError) -> Value? {
    guard let listener else {
      guard let found: Value = try object.optional(name) else { return nil }
      return try checked(found, name, rule())
    }
    return listener.tell(name, optional: value, rule)
  }

  /// A field that is written for others, and follows from the rest: it is not read.
  @inlinable @inline(__always)
  public mutating func derived<Value: FieldValue>(_ name: StaticString, _ value: (Record) -> Value) {
    guard let listener else { return }
    if let (record, json) = listener.written {
      json.pointee.field(name, FieldListener.value(value, of: &record.pointee))
    } else {
      _ = listener.describe(name, FieldRule<Value>.any, isOptional: true)
    }
  }

  @inlinable @inline(__always)
  func checked<Value>(_ value: Value, _ name: StaticString, _ rule: FieldRule<Value>) throws(JSONError) -> Value {
    do throws(JSONError) { try rule.check(value) } catch { throw FieldRule<Value>.misfit(error, name) }
    return value
  }
}
