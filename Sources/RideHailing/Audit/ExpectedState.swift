import EventStreams

/// What one event must have left in one service's state, as the service's own handler says.
struct ExpectedState {
  /// Journal -> postings, sorted.
  var journals: [Identifier: [BookedPosting]] = [:]
  /// Hash and field -> value.
  var records: [(hash: String, field: String, value: String)] = []
  /// Ids of events it published.
  var published: [String] = []

  init() {}

  /// Reads what effects write.
  init(_ writes: [Effects.Write]) throws {
    var parser = JSONParser()
    for write in writes {
      switch write {
      case .append(let stream, let record) where stream.hasPrefix(BookedPosting.streamPrefix):
        let entry = try AccountEntry(from: parser.parse(record.span))
        journals[entry.journal, default: []].append(BookedPosting(entry, stream: stream))
      case .set(let hash, let field, let value): records.append((hash, field, value))
      case .publish(_, let id): published.append(id)
      default: break
      }
    }
    for journal in journals.keys { journals[journal]?.sort() }
  }
}
