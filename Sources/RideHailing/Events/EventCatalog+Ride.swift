public import EventStreams

extension EventCatalog {
  /// What an event's data names as its ride, whatever id and key its producer gave it; nil if it names none.
  public func ride(of event: Span<UInt8>) -> String? {
    struct Data: JSONReadable {
      let ride: String?
      init(from json: borrowing JSONValue) throws(JSONError) {
        var object = try json.object()
        ride = try object.optional("rideId")
      }
    }
    // It may be no event, or one of another shape.
    return try? withData(ofEvent: event) { (data) throws(JSONError) in try Data(from: data).ride }
  }
}
