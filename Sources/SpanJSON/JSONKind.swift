/// The kinds of JSON values.
public struct JSONKind: Sendable, Hashable, CustomStringConvertible {
  let rawValue: UInt8

  /// `{…}`
  public static let object = JSONKind(rawValue: 0)
  /// `[…]`
  public static let array = JSONKind(rawValue: 1)
  /// `"…"`
  public static let string = JSONKind(rawValue: 2)
  /// `-12.5e3`
  public static let number = JSONKind(rawValue: 3)
  /// `true` or `false`
  public static let boolean = JSONKind(rawValue: 4)
  /// `null`
  public static let null = JSONKind(rawValue: 5)

  /// With its article, as error messages name it.
  public var description: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .boolean: "true or false"
    default: "null"
    }
  }
}
