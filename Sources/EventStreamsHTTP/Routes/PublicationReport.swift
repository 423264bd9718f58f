package import EventStreams
package import EventStreamsOperations
import HTTPTypes

/// What became of an event that was to be published.
package struct PublicationReport: JSONWritable, Sendable {
  /// The event.
  let id: String
  /// Where it stands; of one that waits, in which shard.
  package let place: LogPlace
  /// It was published before.
  let isDuplicate: Bool
  private let due: Timestamp?

  /// - Throws: a `Problem` if another event has its id.
  package init(_ event: EncodedEvent, _ published: PublishedEvent) throws(Problem) {
    self.init(
      id: event.id, place: LogPlace(entryID: published.entryID, shard: published.shard),
      isDuplicate: published.isDuplicate, due: published.due)
    guard let difference = published.difference else { return }
    throw Problem(
      .unprocessableContent, .eventIDReused, "'\(event.id)' was published before and says something else: \(difference)"
    )
  }

  /// Of an event that is in the log.
  package init(id: String, place: LogPlace, isDuplicate: Bool, due: Timestamp? = nil) {
    self.id = id
    self.place = place
    self.isDuplicate = isDuplicate
    self.due = due
  }

  /// Its address.
  package var location: String { "/v1/events/\(id.inAddress)" }

  /// Writes it as an object.
  package func write(to json: inout JSONWriter) { json.object { writeFields(to: &$0) } }

  /// Writes its fields.
  package func writeFields(to json: inout JSONWriter) {
    json.field("id", id)
    json.field("shard", place.shard)
    json.field("entryId", place.entryID.description)
    json.field("duplicate", isDuplicate)
    json.field("due", due)
  }
}
