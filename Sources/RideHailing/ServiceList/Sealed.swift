package import EventStreams

/// Something as JSON without what a ride's people gave each other, wherever it stands in it: `RATING_REVEALED` shows that when it may be shown.
package struct Sealed<Element: JSONWritable>: JSONWritable {
  private let element: Element

  /// Something that is written as an object.
  package init(_ element: Element) { self.element = element }

  /// Writes it with what is hidden hidden.
  package func write(to json: inout JSONWriter) {
    let document = JSONMask(RideServices.sealedFields).hiding(in: JSONWriter.bytes(of: element))
    RawJSON(bytes: document).write(to: &json)
  }
}

extension RideServices {
  /// The text of an event without what a ride's people gave each other; one of which nobody can tell the type is shown as it is.
  package static func sealing(_ event: [UInt8]) -> [UInt8] {
    guard let header = try? EventHeader(ofEvent: event.span, fallbackID: ""),
      header.type == RideRated.eventType || header.type == RatingRefused.eventType
    else { return event }
    return JSONMask(sealedFields).hiding(in: event)
  }
}
