/// Hides what some fields say, wherever in a document they stand: e-mail addresses, tokens.
package struct JSONMask: Sendable {
  private let names: [String]

  /// A mask.
  ///
  /// - Parameter names: of the fields that are hidden.
  package init(_ names: [String]) { self.names = names }

  /// The document with `"***"` in place of what is hidden, whatever that is. What can't be read is hidden as a whole.
  package func hiding(in document: [UInt8]) -> [UInt8] {
    guard !names.isEmpty else { return document }
    var parser = JSONParser()
    var writer = JSONWriter(reservingCapacity: document.count)
    do throws(JSONError) {
      try write(parser.parse(document.span), to: &writer)
    } catch {
      return JSONWriter.bytes(of: Self.hidden)
    }
    return writer.bytes
  }

  private static let hidden = "***"

  private func write(_ value: borrowing JSONValue, to json: inout JSONWriter) throws(JSONError) {
    switch value.kind {
    case .object:
      json.open(UInt8(ascii: "{"))
      try value.object().forEachField { (name, value) throws(JSONError) in
        if names.contains(where: name.hasSameBytes) {
          json.field(named: name, Self.hidden)
        } else {
          json.begin(named: name)
          try write(value, to: &json)
        }
      }
      json.close(UInt8(ascii: "}"))
    case .array:
      json.open(UInt8(ascii: "["))
      try value.forEachElement { (element) throws(JSONError) in
        json.separate()
        try write(element, to: &json)
      }
      json.close(UInt8(ascii: "]"))
    default:
      json.value(asWritten: value)
      json.endValue()
    }
  }
}
