public import EventStreams

/// What an archive knows of its events beyond their envelopes.
public struct ArchiveDomain: Sendable {
  /// What events are about where that isn't always their key.
  public struct Subject: Sendable {
    /// The column that holds it, of events whose key is another.
    public let name: String
    /// The field of an event's data that says it.
    public let field: String
    /// What an event's data says; nil if it says nothing.
    let value: @Sendable (_ event: Span<UInt8>) -> String?

    /// A subject.
    public init(
      _ name: String, field: String, value: @escaping @Sendable (_ event: Span<UInt8>) -> String?
    ) {
      self.name = name
      self.field = field
      self.value = value
    }

    /// The subject of an event that has another key; nil if its key is its subject, or it has none.
    func besideKey(of event: RecordedEvent) -> String? {
      guard let key = event.header?.key else { return nil }
      var writer = JSONWriter(reservingCapacity: 64)
      writer.object { $0.field(named: field, key) }
      // Nearly always it is written so; without the braces.
      let isKey = event.json.span.contains(writer.bytes.dropFirst().dropLast())
      guard !isKey, let value = value(event.json.span), !value.hasSameBytes(as: key) else { return nil }
      return value
    }
  }

  /// What a program tells its users to do, in the words of its commands.
  public struct Advice: Sendable {
    /// Where the archive is.
    public var find: String
    /// How an archive is verified.
    public var verify: String
    /// How one that lacks something is made whole.
    public var complete: String
    /// How one learns of the views.
    public var views: String

    /// Advice.
    public init(
      find: String = "name the file that its service stores into", verify: String = "verify it",
      complete: String = "have its service store what the log holds", views: String = "the views tell their columns"
    ) {
      self.find = find
      self.verify = verify
      self.complete = complete
      self.views = views
    }
  }

  /// The service that stores into the archive.
  public let service: String
  /// The types of its events.
  public let catalog: EventCatalog
  /// What events are about; nil for their key.
  public let subject: Subject?
  /// The views over the events, for queries in SQL, in the SQL of the database that the archive is kept in.
  public let views: @Sendable (SQLDialect) -> [ArchiveView]
  /// A name for each time that the views were changed: a file that has not seen the last gets today's.
  public let viewRevisions: [String]
  /// What errors advise.
  public let advice: Advice

  /// What is known of some events.
  public init(
    service: String, catalog: EventCatalog, subject: Subject? = nil,
    views: @escaping @Sendable (SQLDialect) -> [ArchiveView] = { _ in [] }, viewRevisions: [String] = [],
    advice: Advice = Advice()
  ) {
    self.service = service
    self.catalog = catalog
    self.subject = subject
    self.views = views
    self.viewRevisions = viewRevisions
    self.advice = advice
  }
}
