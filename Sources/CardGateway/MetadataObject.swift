import SpanJSON

/// `{"ride":"r-1","city":"vienna"}`
struct MetadataObject: JSONReadable {
  var items: [PaymentIntent.Metadata] = []

  init(from json: borrowing JSONValue) throws(JSONError) {
    try json.object().forEachField { (name, value) throws(JSONError) in
      if value.kind == .string { items.append(PaymentIntent.Metadata(name, try value.string())) }
    }
  }
}
