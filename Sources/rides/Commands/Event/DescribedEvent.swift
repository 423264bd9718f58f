import EventStreams
import RideHailing

/// A type of events, as its own list of fields and the services tell it.
struct DescribedEvent: JSONWritable {
  let type: String
  let version: Int
  let topic: String
  /// The services that publish it; none for what comes from outside.
  let publishers: [String]
  /// The services that are delivered its topic.
  let readers: [String]
  let fields: [FieldDescription]

  init(_ event: any EventData.Type, of services: RideServices) {
    type = event.eventType.rawValue
    version = event.version
    topic = event.topic
    publishers = services.all.filter { $0.events.contains { $0.eventType == event.eventType } }.map { $0.name }
    readers = services.subscriptions.filter { $0.wants(event.topic) }.map(\.service)
    fields = (event as? any JSONRecord.Type)?.fieldDescriptions ?? []
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("type", type)
      $0.field("version", version)
      $0.field("topic", topic)
      $0.field("publishedBy", publishers)
      $0.field("deliveredTo", readers)
      $0.field("fields", fields)
    }
  }
}
