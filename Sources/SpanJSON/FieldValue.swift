/// A value that a field of a record may have.
public protocol FieldValue: JSONReadable, JSONWritable {
  /// One such value, of whatever kind: a record of such is what its fields are asked for their names with.
  static var example: Self { get }
  /// What it is in JSON, for documents.
  static var kind: String { get }
  /// Its own fields, or those of its elements, if it has any.
  static var fieldDescriptions: [FieldDescription] { get }
}

extension FieldValue {
  /// The type's name.
  public static var kind: String { "\(Self.self)" }
  /// None.
  public static var fieldDescriptions: [FieldDescription] { [] }
}

extension String: FieldValue {
  /// Nothing.
  public static var example: String { "" }
  /// A string.
  public static var kind: String { "string" }
}

extension Int: FieldValue {
  /// 0
  public static var example: Int { 0 }
  /// A whole number.
  public static var kind: String { "whole number" }
}

extension Double: FieldValue {
  /// 0
  public static var example: Double { 0 }
  /// A number.
  public static var kind: String { "number" }
}

extension Bool: FieldValue {
  /// False
  public static var example: Bool { false }
  /// True or false.
  public static var kind: String { "true or false" }
}

extension Array: FieldValue where Element: FieldValue {
  /// Nothing.
  public static var example: [Element] { [] }
  /// An array.
  public static var kind: String { "array of \(Element.kind)" }
  /// Those of its elements.
  public static var fieldDescriptions: [FieldDescription] { Element.fieldDescriptions }
}

extension FieldValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  /// The first.
  public static var example: Self {
    // A type without a value has no field.
    allCases[allCases.startIndex]
  }
  /// Its values.
  public static var kind: String { allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ") }
}
