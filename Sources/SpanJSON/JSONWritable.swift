/// A value that can be written as JSON.
public protocol JSONWritable {
  /// Writes one value.
  func write(to json: inout JSONWriter)
}

extension String: JSONWritable {
  /// A string.
  @inlinable
  public func write(to json: inout JSONWriter) { json.string(self) }
}

extension Int: JSONWritable {
  /// A number.
  @inlinable
  public func write(to json: inout JSONWriter) { json.integer(self) }
}

extension Double: JSONWritable {
  /// A number; what JSON can't say (infinity, not a number) is null.
  @inlinable
  public func write(to json: inout JSONWriter) { json.double(self) }
}

extension Bool: JSONWritable {
  /// True or false.
  @inlinable
  public func write(to json: inout JSONWriter) { json.boolean(self) }
}

extension Array: JSONWritable where Element: JSONWritable {
  /// An array.
  @inlinable
  public func write(to json: inout JSONWriter) {
    json.array { json in
      for element in self { json.element(element) }
    }
  }
}

extension Optional: JSONWritable where Wrapped: JSONWritable {
  /// The value, or null.
  @inlinable
  public func write(to json: inout JSONWriter) {
    if let self { self.write(to: &json) } else { json.null() }
  }
}

extension JSONWritable where Self: RawRepresentable, RawValue == String {
  /// Its raw value, a string.
  @inlinable
  public func write(to json: inout JSONWriter) { json.string(rawValue) }
}
