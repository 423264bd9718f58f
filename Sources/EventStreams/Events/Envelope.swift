/// The fields of an event around its data, as they are written.
struct Envelope<Text: JSONReadable> {
  let id: Text?
  let type: Text
  let version: Int?
  let timestamp: Timestamp
  let key: Text?
  let traceparent: Text?
  /// Only beside the other, without which it says nothing.
  let tracestate: Text?

  /// The names of these fields.
  static var fields: [String] { ["id", "type", "version", "timestamp", "key", "traceparent", "tracestate"] }

  /// Reads and checks them; `object` is left where `data` can be read.
  init(from object: inout JSONObject) throws(JSONError) {
    id = try object.optional("id")
    type = try object["type"]
    version = try object.optional("version")
    timestamp = try object["timestamp"]
    key = try object.optional("key")
    traceparent = try object.optional("traceparent")
    tracestate = traceparent == nil ? nil : try object.optional("tracestate")
  }
}
