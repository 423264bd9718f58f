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

  /// Reads effects; what depends on the state is what the journals that were booked say.
  ///
  /// - Parameter booked: the postings found of a journal, sorted.
  init(_ effects: Effects, booked: (String) -> [BookedPosting]) throws {
    // A choice of nothing that is booked leaves no trace to compare with.
    let isBooked = { (choice: Effects.Choice) -> Bool in
      guard let then = try? ExpectedState(choice.then, booked: booked) else { return false }
      return !then.journals.isEmpty && then.journals.allSatisfy { booked($0.key.text) == $0.value }
    }
    var parser = JSONParser()
    for write in effects.writes(choosing: isBooked) {
      switch write {
      case .append(let stream, let record) where stream.hasPrefix(BookedPosting.streamPrefix):
        let entry = try AccountEntry(from: parser.parse(record.span))
        journals[entry.journal, default: []].append(BookedPosting(entry, stream: stream))
      case .set(let hash, let field, let value): records.append((hash, field, value))
      case .publish(let type, let id) where !Self.undecided.contains(type): published.append(id)
      default: break
      }
    }
    for journal in journals.keys { journals[journal]?.sort() }
  }

  /// Which of these is published depends on what was approved before, which no journal tells.
  private static let undecided: Set<EventType> = [
    FareAdjusted.eventType, RideRefunded.eventType, CorrectionRefused.eventType,
  ]
}
