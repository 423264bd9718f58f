import EventStreams

/// The ids of a shard's events, and the places where they stand first.
struct SeenEvents {
  private var places: [Identifier: EntryID] = [:]

  /// Takes in an event.
  ///
  /// - Returns: nil if its id is new, else where it stands first.
  mutating func add(_ id: String, at place: EntryID) -> EntryID? {
    if let first = places[id] { return first }
    places[id] = place
    return nil
  }

  func contains(_ id: String) -> Bool { places[id] != nil }
}

extension RideServices {
  /// An event's data as whoever handles it reads it, written anew; the text as it stands if it is of no known type.
  func content(_ json: [UInt8]) -> [UInt8] {
    guard let header = try? EventHeader(ofEvent: json.span, fallbackID: ""),
      let type = types.first(where: { $0.eventType == header.type })
    else { return json }
    func content<Data: EventData>(_ type: Data.Type) -> [UInt8]? {
      (try? Data(ofEvent: json.span)).map { JSONWriter.bytes(of: $0) }
    }
    return content(type) ?? json
  }
}
