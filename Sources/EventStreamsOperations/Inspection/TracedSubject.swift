public import EventStreams

/// One thing that events are about, and what these may be called: a trace looks them up by that.
public struct TracedSubject: Sendable {
  /// What an event may be called, and the topic that it would stand in.
  public struct Name: Sendable, Hashable {
    /// The event's id.
    public let id: Identifier
    /// Its topic.
    public let topic: String

    /// A name.
    public init(_ id: String, topic: String) {
      self.id = Identifier(id)
      self.topic = topic
    }
  }

  /// What the events are about; it stands in each.
  public let name: String
  /// What the first of the events are called, unless their producer gave them other names.
  public let first: [Name]
  /// Tells what an event is about; nil if it tells nothing.
  let about: @Sendable (_ event: Span<UInt8>) -> String?
  /// What others may be called, by what is known of some; asked until it has nothing new.
  let further: @Sendable (_ found: [RecordedEvent]) -> [Name]
  /// Tells which topic an event of a type stands in.
  let topic: @Sendable (EventType) -> String
  /// Tells whether events of a type belong to a trace though they are about more than its subject, if others of the trace came of them.
  let leads: @Sendable (EventType) -> Bool

  /// One thing.
  ///
  /// - Parameters:
  ///   - name: what the events are about.
  ///   - first: what the first of them are called, unless their producer gave them other names.
  ///   - about: tells what an event is about.
  ///   - topic: tells which topic an event of a type stands in.
  ///   - leads: tells whether events of a type are shown, though they are about more than this, if `further` names them.
  ///   - further: tells what others may be called, by what is known of some.
  public init(
    _ name: String, first: [Name], about: @escaping @Sendable (_ event: Span<UInt8>) -> String?,
    topic: @escaping @Sendable (EventType) -> String,
    leads: @escaping @Sendable (EventType) -> Bool = { _ in false },
    further: @escaping @Sendable (_ found: [RecordedEvent]) -> [Name]
  ) {
    self.name = name
    self.first = first
    self.about = about
    self.topic = topic
    self.leads = leads
    self.further = further
  }

  func isSubject(of event: Span<UInt8>) -> Bool { about(event)?.hasSameBytes(as: name) == true }
}

/// How far a trace looks for events.
public enum TraceSearch: Sendable {
  /// Where what they may be called says that they are, and what an archive has: costs the same however long the logs are.
  case names
  /// Through the logs as well, from the first of the events on, or from the beginning if that is not known.
  case log
}

/// What an archive holds of the events about one thing.
public struct ArchivedTrace: Sendable {
  /// The events.
  public let events: [RecordedEvent]
  /// How far the archive goes, by shard.
  public let ends: [Int: EntryID]

  /// What an archive holds.
  public init(events: [RecordedEvent], ends: [Int: EntryID]) {
    self.events = events
    self.ends = ends
  }
}

/// The events about one thing, and how far each service has come with them.
public struct SubjectTrace: Sendable {
  /// Those that have happened, the oldest first.
  public let events: [EventTrace]
  /// Those that wait until they are due.
  public let scheduled: [ScheduledEvent]
  /// Those on their way to another shard.
  public let unsent: [UnsentEvent]
  /// False if there may be others, whose producers called them otherwise: nobody has looked through the logs for them.
  public let isComplete: Bool
}
