/// What must hold of a field's value beyond its type, and what is to be known of it.
public struct FieldRule<Value>: Sendable {
  @usableFromInline let check: @Sendable (Value) throws(JSONError) -> Void
  @usableFromInline let text: @Sendable () -> String
  @usableFromInline let subject: StaticString?

  /// A rule. Declare it as a computed property or a function: then it costs nothing where a field is read.
  ///
  /// - Parameters:
  ///   - text: what is allowed, for documents: `1 … 5`.
  ///   - check: throws what is wrong, without the field's name.
  @inlinable
  public init(
    _ text: @autoclosure @escaping @Sendable () -> String,
    check: @escaping @Sendable (Value) throws(JSONError) -> Void
  ) {
    self.text = text
    self.check = check
    subject = nil
  }

  @inlinable
  init(_ other: FieldRule, subject: StaticString?) {
    check = other.check
    text = other.text
    self.subject = subject
  }

  /// The same of a field that says something about a person: it is shown to those who may see that, and can be taken away from what is kept
  /// about the person whom another field names.
  ///
  /// - Parameter subject: the field that names the person.
  @inlinable
  public func personal(of subject: StaticString) -> FieldRule { FieldRule(self, subject: subject) }

  /// The name comes from the field; what a check says of a value's own field stands inside it.
  @usableFromInline
  static func misfit(_ error: JSONError, _ name: StaticString) -> JSONError {
    guard error.path?.isEmpty != false else { return error.inside("\(name)") }
    return JSONError(path: "\(name)", problem: error.problem)
  }

  /// Any value will do.
  @inlinable
  public static var any: FieldRule { FieldRule("") { (_) throws(JSONError) in } }
}

extension FieldRule<Int> {
  /// A number within bounds.
  @inlinable
  public static func within(_ range: ClosedRange<Int>) -> FieldRule {
    FieldRule("\(range.lowerBound) … \(range.upperBound)") { (number) throws(JSONError) in
      guard range.contains(number) else {
        throw JSONError(problem: "\(number) is not between \(range.lowerBound) and \(range.upperBound)")
      }
    }
  }
}

extension FieldRule<String> {
  /// A text of at most so many bytes.
  @inlinable
  public static func atMost(bytes: Int) -> FieldRule {
    FieldRule("at most \(bytes) bytes") { (text) throws(JSONError) in
      guard text.utf8.count <= bytes else { throw JSONError(problem: "is longer than \(bytes) bytes") }
    }
  }
}

extension FieldRule where Value: Collection, Value: SendableMetatype {
  /// What has something in it.
  @inlinable
  public static var notEmpty: FieldRule {
    FieldRule("not empty") { (value) throws(JSONError) in
      guard !value.isEmpty else { throw JSONError(problem: "is empty") }
    }
  }
}
