/// What is wrong with some JSON, and where: `data.fare.total: expected a whole number, found "12"`.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The field's path from the outside in, like `data.fare.total` or `items[3]`; nil if the whole is meant.
  public var path: String?
  /// What is wrong, and what would be right.
  public var problem: String
  /// Where the text stops being JSON, in bytes from its start; nil if it is JSON.
  public var offset: Int?

  /// A problem with a field.
  public init(path: String? = nil, problem: String, offset: Int? = nil) {
    self.path = path
    self.problem = problem
    self.offset = offset
  }

  /// The same problem seen from one level further out.
  ///
  /// - Parameter name: of the field, or `[3]` for an element.
  public func inside(_ name: String) -> JSONError {
    var error = self
    error.path = path.map { $0.hasPrefix("[") ? name + $0 : "\(name).\($0)" } ?? name
    return error
  }

  /// What it says to people.
  public var description: String {
    let place = path.map { "\($0): " } ?? ""
    return offset.map { "\(place)\(problem) at byte \($0)" } ?? place + problem
  }
}
