extension JSONObject {
  /// A field of an object in a field, that must be there: `object["fare", "total"]`.
  @inlinable
  public subscript<Value: JSONReadable>(_ outer: StaticString, _ inner: StaticString) -> Value {
    mutating get throws(JSONError) {
      try with(outer) { (value) throws(JSONError) in
        var object = try value.object()
        return try object[inner]
      }
    }
  }
}
