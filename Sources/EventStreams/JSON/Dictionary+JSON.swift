extension Dictionary: JSONReadable where Key == String, Value: JSONReadable {
  /// An object of such values.
  ///
  /// - Throws: also if two names are the same text to Swift, though written in other bytes: no dictionary can have both.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var fields: [String: Value] = [:]
    let object = try json.object()
    try object.forEachField { (name, value) throws(JSONError) in
      guard fields.updateValue(try Value(from: value), forKey: name) == nil else {
        throw JSONError(problem: "is there twice")
      }
    }
    self = fields
  }
}

extension Dictionary: JSONWritable where Key == String, Value: JSONWritable {
  /// Writes it as an object, its names in order, so that it is the same bytes each time.
  public func write(to json: inout JSONWriter) {
    json.object { object in
      for (name, value) in sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
        object.field(named: name, value)
      }
    }
  }
}
