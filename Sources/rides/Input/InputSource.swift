import EventStreams

/// Events of a file or standard input; says on standard error which are rejected, and why.
struct InputSource {
  private var reader: InputReader
  private let catalog: EventCatalog
  private let namespace: Namespace
  private var input = EventInput()
  private var hasEnded = false
  /// Events rejected so far.
  private(set) var rejected = 0

  init(reader: InputReader, catalog: EventCatalog, namespace: Namespace) {
    self.namespace = namespace
    self.reader = reader
    self.catalog = catalog
  }

  /// The events of the next piece that has arrived; nil at the end.
  mutating func next() async throws -> [EncodedEvent]? {
    guard !hasEnded else { return nil }
    if let piece = try await reader.next() {
      return events(of: input.read(piece))
    }
    hasEnded = true
    return events(of: input.finish())
  }

  private mutating func events(of documents: [InputDocument]) -> [EncodedEvent] {
    catalog.read(documents, for: namespace) { place, problem in
      rejected += 1
      Terminal.line("\(place): \(problem)")
    }
  }
}
