/// Who is told a record's fields where they are not read: they are written, or described.
@usableFromInline
struct FieldListener<Record> {
  /// What is written, and where to; both are there for as long as this is. Nil where the fields are described.
  @usableFromInline let written: (record: UnsafeMutablePointer<Record>, json: UnsafeMutablePointer<JSONWriter>)?
  /// Where the descriptions go to, for as long as this is.
  private let descriptions: UnsafeMutablePointer<[FieldDescription]>?

  @usableFromInline
  init(_ record: UnsafeMutablePointer<Record>, writingTo json: UnsafeMutablePointer<JSONWriter>) {
    written = (record, json)
    descriptions = nil
  }

  init(describingTo descriptions: UnsafeMutablePointer<[FieldDescription]>?) {
    written = nil
    self.descriptions = descriptions
  }

  @inlinable @inline(never)
  func tell<Value: FieldValue>(
    _ name: StaticString, _ value: (Record) -> Value, _ rule: () -> FieldRule<Value>, isOptional: Bool
  ) -> Value {
    guard let (record, json) = written else { return describe(name, rule(), isOptional: isOptional) }
    let value = Self.value(value, of: &record.pointee)
    json.pointee.field(name, value)
    return value
  }

  @inlinable @inline(never)
  func tell<Value: FieldValue>(
    _ name: StaticString, optional value: (Record) -> Value?, _ rule: () -> FieldRule<Value>
  ) -> Value? {
    guard let (record, json) = written else {
      _ = describe(name, rule(), isOptional: true)
      return nil
    }
    let value = Self.value(value, of: &record.pointee)
    json.pointee.field(name, value)
    return value
  }

  /// What a field is of a record, which is not changed: but only of what nobody else may change meanwhile the compiler makes no copy, which
  /// would be one for each field.
  @inlinable @inline(__always)
  static func value<Value>(_ value: (Record) -> Value, of record: inout Record) -> Value { value(record) }

  // Apart, so that what is inlined is short.
  @usableFromInline
  func describe<Value: FieldValue>(_ name: StaticString, _ rule: FieldRule<Value>, isOptional: Bool) -> Value {
    descriptions?.pointee.append(
      FieldDescription(
        name: "\(name)", kind: Value.kind, rule: rule.text(), isOptional: isOptional,
        subject: rule.subject.map { "\($0)" }, fields: Value.fieldDescriptions))
    return .example
  }
}
