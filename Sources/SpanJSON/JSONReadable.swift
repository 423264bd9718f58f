/// A value that can be read from JSON.
public protocol JSONReadable {
  /// Reads and checks the value; the error names the field that is wrong.
  init(from json: borrowing JSONValue) throws(JSONError)

  /// What a field counts as that isn't there or is null; nil if it must be there.
  static var absent: Self? { get }
}

extension JSONReadable {
  /// It must be there.
  @inlinable
  public static var absent: Self? { nil }
}

extension Optional: JSONReadable where Wrapped: JSONReadable {
  /// Such a value, or nil for null.
  @inlinable
  public init(from json: borrowing JSONValue) throws(JSONError) {
    self = json.kind == .null ? nil : try Wrapped(from: json)
  }

  /// Nil.
  @inlinable
  public static var absent: Wrapped?? { .some(nil) }
}

extension String: JSONReadable {
  /// A string.
  @inlinable
  public init(from json: borrowing JSONValue) throws(JSONError) { self = try json.string() }
}

extension Int: JSONReadable {
  /// A whole number.
  @inlinable
  public init(from json: borrowing JSONValue) throws(JSONError) { self = try json.integer() }
}

extension Double: JSONReadable {
  /// A number.
  @inlinable
  public init(from json: borrowing JSONValue) throws(JSONError) { self = try json.double() }
}

extension Bool: JSONReadable {
  /// True or false.
  @inlinable
  public init(from json: borrowing JSONValue) throws(JSONError) { self = try json.boolean() }
}

extension Array: JSONReadable where Element: JSONReadable {
  /// An array of such values.
  @inlinable
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var elements: [Element] = []
    try json.forEachElement { (element) throws(JSONError) in elements.append(try Element(from: element)) }
    self = elements
  }
}

extension JSONReadable where Self: RawRepresentable & CaseIterable, RawValue == String {
  /// One of the values the type has, as a string.
  @inlinable
  public init(from json: borrowing JSONValue) throws(JSONError) {
    let name = try json.string()
    guard let value = Self(rawValue: name), value.rawValue.hasSameBytes(as: name) else {
      throw json.mismatch(Self.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or "))
    }
    self = value
  }
}
