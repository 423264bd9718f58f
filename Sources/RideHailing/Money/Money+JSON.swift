public import EventStreams

extension Money: JSONReadable, JSONWritable {
  /// `{"amount":1250,"currency":"USD"}`
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    self.init(try object["amount"], try object["currency"])
  }

  /// `{"amount":1250,"currency":"USD"}`
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("amount", minorUnits)
      $0.field("currency", currency)
    }
  }
}
