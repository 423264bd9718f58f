/// An event that has more bytes than one may have; nothing of what was to be published with it has been.
public struct EventTooLong: Error, Sendable, CustomStringConvertible {
  /// The event.
  public let id: String
  /// What it says to people.
  public let description: String

  /// - Parameter record: how many bytes the record has that lets the event wait; nil if it is the event itself that is too long.
  init(_ event: EncodedEvent, record: Int? = nil) {
    id = event.id
    let size = record.map { "needs \($0) bytes to wait in the log" } ?? "has \(event.json.count) bytes"
    description = "event \(event.id.prefix(60)) \(size); an event has at most \(EncodedEvent.longest)"
  }
}
