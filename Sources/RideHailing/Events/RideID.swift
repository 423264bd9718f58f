import EventStreams

/// The ride that an event is about.
public enum RideID {
  /// The ids that a ride's first events have, unless their producer gave others.
  public static func firstEvents(of ride: String) -> [String] {
    [RideRequested.eventType, RideCompleted.eventType].map { "\($0.rawValue):\(ride)" }
  }

  /// The ride of an event that has another key; nil if its key is the ride, or it is about none.
  static func besideKey(of event: RecordedEvent) -> String? {
    guard let key = event.header?.key else { return nil }
    var writer = JSONWriter(reservingCapacity: 64)
    writer.object { $0.field("rideId", key) }
    // Nearly always it is written so; without the braces.
    let isKey = event.json.span.contains(writer.bytes.dropFirst().dropLast())
    guard !isKey, let ride = of(event.json.span), !ride.hasSameBytes(as: key) else { return nil }
    return ride
  }

  /// What an event's data names as its ride, whatever id and key its producer gave it; nil if it names none.
  public static func of(_ event: Span<UInt8>) -> String? {
    struct Data: JSONReadable {
      let ride: String?
      init(from json: borrowing JSONValue) throws(JSONError) {
        var object = try json.object()
        ride = try object.optional("rideId")
      }
    }
    // It may be no event, or one of another shape.
    return try? RideEvents.catalog.withData(ofEvent: event) { (data) throws(JSONError) in try Data(from: data).ride }
  }
}
