extension Dictionary: JSONReadable where Key == Identifier, Value: JSONReadable {
  /// An object of such values, its names compared as bytes.
  ///
  /// - Throws: also if a name is there twice.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var fields: [Identifier: Value] = [:]
    let object = try json.object()
    try object.forEachField { (name, value) throws(JSONError) in
      guard fields.updateValue(try Value(from: value), forKey: Identifier(name)) == nil else {
        throw JSONError(problem: "is there twice")
      }
    }
    self = fields
  }
}

extension Dictionary: JSONWritable where Key == Identifier, Value: JSONWritable {
  /// Writes it as an object, its names in order, so that it is the same bytes each time.
  public func write(to json: inout JSONWriter) {
    json.object { object in
      for (name, value) in sorted(by: { $0.key < $1.key }) { object.field(named: name.text, value) }
    }
  }
}
