/// Who is told a record's fields where they are not read: they are written, or described.
@usableFromInline
struct FieldListener<Record> {
  /// What is written, and where to; both are there for as long as this is. Nil where the fields are described.
  @usableFromInline let written: (record: UnsafePointer<Record>, json: UnsafeMutablePointer<JSONWriter>)?
  /// Where the descriptions go to, for as long as this is.
  private let descriptions: UnsafeMutablePointer<[FieldDescription]>?

  @usableFromInline
  init(_ record: UnsafePointer<Record>, writingTo json: UnsafeMutablePointer<JSONWriter>) {
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
    let value = value(record.pointee)
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
    let value = value(record.pointee)
    json.pointee.field(name, value)
    return value
  }

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
