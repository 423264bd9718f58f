public import EventStreams

extension Money: JSONRecord {
  /// `{"amount":1250,"currency":"USD"}`
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    self.init(try fields("amount", \.minorUnits), try fields("currency", \.currency))
  }
}
