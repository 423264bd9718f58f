import EventStreams

/// What one event must have left in one service's state, as the service's own handler says.
struct ExpectedState {
  /// Journal -> postings, sorted.
  var journals: [String: [BookedPosting]] = [:]
  /// Journals that are booked only if the state allows it.
  var conditionalJournals: Set<String> = []
  /// Hash and field -> value.
  var records: [(hash: String, field: String, value: String)] = []
  /// Ids of events it published.
  var published: [String] = []

  init() {}

  init(_ effects: Effects) throws {
    var parser = JSONParser()
    for reading in effects.readings {
      switch reading.content {
      case .append(let stream, let record) where stream.hasPrefix(BookedPosting.streamPrefix):
        let entry = try AccountEntry(from: parser.parse(record.span))
        journals[entry.journal, default: []].append(BookedPosting(entry, stream: stream))
        if reading.isConditional { conditionalJournals.insert(entry.journal) }
      case .set(let hash, let field, let value) where !reading.isConditional:
        records.append((hash, field, value))
      case .publish(_, let id) where !reading.isConditional: published.append(id)
      default: break
      }
    }
    for journal in journals.keys { journals[journal]?.sort() }
  }
}
