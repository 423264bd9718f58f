import EventStreams

/// What one event must have left in one service's accounts and in the log, as the service's own handler says.
struct ExpectedState {
  /// Journal -> postings, sorted.
  var journals: [Identifier: [BookedPosting]] = [:]
  /// Parts of journals that have left since.
  var left: [Journal] = []
  /// Events it published, now or for a time.
  var published: [(id: String, shardKey: String, isScheduled: Bool)] = []

  /// Reads what effects write.
  ///
  /// - Parameter closed: what has left since.
  init(_ writes: [Effects.Write], closed: ClosedSlices?) throws {
    var parser = JSONParser()
    for write in writes {
      switch write {
      case .append(let stream, let record) where stream.hasPrefix(LedgerState.streamPrefix):
        let journal = try Journal(from: parser.parse(record.span))
        if closed?.hold(stream: stream) == true {
          left.append(journal)
        } else {
          journals[journal.id, default: []] += journal.postings.map { BookedPosting($0) }
        }
      case .publish(_, let id, let shardKey): published.append((id, shardKey, false))
      case .schedule(_, let id, let shardKey, _): published.append((id, shardKey, true))
      default: break
      }
    }
    for journal in journals.keys { journals[journal]?.sort() }
  }
}
