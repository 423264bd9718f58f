public import EventStreams

/// An event, or the cancellation of one, that a service has published to another shard and that is not there yet.
public struct UnsentEvent: Sendable, JSONWritable {
  /// What is to become of it there; more kinds may be added.
  public enum Kind: String, Sendable, JSONWritable {
    /// It is published.
    case publish
    /// It waits until it is due.
    case schedule
    /// It waits no more.
    case cancel
  }

  /// The service that has published it.
  public let service: String
  /// The shard in whose outbox it stands.
  public let shard: Int
  /// The shard that it is for.
  public let target: Int
  /// The entry of the outbox.
  public let entry: EntryID
  /// When that was committed, by the server's clock.
  public let committed: Timestamp
  /// What is to become of it.
  public let kind: Kind
  /// Its identity.
  public let id: String
  /// The topic that it will stand in; empty for a cancellation.
  public let topic: String
  /// The event's envelope; nil for a cancellation.
  public let header: EventHeader?
  /// Its JSON, or the record about it.
  public let json: [UInt8]

  /// Reads a field of an entry of the outbox and its value.
  init?(service: String, shard: Int, _ entry: OutboxPage.Entry, _ field: String, _ json: [UInt8]) {
    let words = field.split(separator: " ", maxSplits: 1)
    guard words.count == 2, let kind = Kind(rawValue: words[0].lowercased()) else { return nil }
    // What stands before the id, which may have blanks.
    let count =
      switch kind {
      case .publish: 1
      case .schedule: 3
      case .cancel: 0
      }
    let parts = words[1].split(separator: " ", maxSplits: count, omittingEmptySubsequences: false)
    guard parts.count == count + 1, let id = parts.last else { return nil }
    self.service = service
    self.shard = shard
    target = entry.target
    self.entry = entry.id
    committed = entry.committed
    self.kind = kind
    self.id = String(id)
    topic = kind == .cancel ? "" : String(parts[kind == .publish ? 0 : 1])
    header = kind == .publish ? try? EventHeader(ofEvent: json.span, fallbackID: String(id)) : nil
    self.json = json
  }

  /// How long it has waited.
  public var age: Duration { max(.zero, .now() - committed) }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("service", service)
      $0.field("shard", shard)
      $0.field("to", target)
      $0.field("entry", entry.description)
      $0.field("committedAt", committed)
      $0.field("waitMs", age.wholeMilliseconds)
      $0.field("kind", kind)
      $0.field("eventId", id)
      $0.field("topic", topic)
      $0.field("type", header?.type.rawValue)
      $0.field("key", header?.key)
    }
  }
}
