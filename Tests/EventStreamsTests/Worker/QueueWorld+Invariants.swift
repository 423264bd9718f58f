@testable import EventStreams
@testable import EventStreamsOperations

extension QueueWorld {
  /// When an event is handled, all that came before it of its key is through.
  func begin(_ delivery: Delivery, with batch: CommitBatch? = nil) throws {
    var done = Set(applied.keys)
    for batch in queue.commits.batches {
      done.formUnion(batch.acknowledged.joined())
      if let letter = batch.handledLetter { done.insert(letter.delivery.entryID) }
    }
    if let batch { done.formUnion(batch.acknowledged.joined()) }
    for case .page(_, let batch) in works { done.formUnion(batch.acknowledged.joined()) }
    let through = done.union(discarded)
    let earlier = log.first {
      $0.key == delivery.key && $0.entryID < delivery.entryID && !through.contains($0.entryID)
    }
    if let earlier {
      throw Violation(description: "\(delivery.entryID) of \(delivery.key) is handled before \(earlier.entryID)")
    }
    if done.contains(delivery.entryID) {
      throw Violation(description: "\(delivery.entryID) is handled again")
    }
  }

  static func entries(of work: ShardQueue.Taken) -> [(EntryID, Int)] {
    switch work {
    case .deliveries(let deliveries): deliveries.map { ($0.entryID, $0.bytes) }
    case .page(let page, _), .undecoded(let page): (0..<page.count).map { (page.id($0), page.bytes($0)) }
    }
  }

  func check() throws {
    let waiting = Array(queue.resumed.deliveries) + Array(queue.ready.deliveries) + Array(queue.held.deliveries)
    var entries = waiting.map { ($0.entryID, $0.bytes) }
    entries += queue.pages.pages.flatMap { Self.entries(of: .undecoded($0)) } + works.flatMap(Self.entries)
    var batches = queue.commits.batches
    for case .page(_, let batch) in works { batches.append(batch) }
    let bytes = Dictionary(uniqueKeysWithValues: log.map { ($0.entryID, $0.bytes) })
    for batch in batches {
      let settled = batch.acknowledged.joined() + batch.letters.map(\.delivery.entryID)
      entries += (settled + (batch.handledLetter.map { [$0.delivery.entryID] } ?? [])).map { ($0, bytes[$0] ?? 0) }
    }
    // Nothing twice.
    let ids = Set(entries.map(\.0))
    if ids.count != entries.count { throw Violation(description: "an entry is in flight twice") }
    if let twice = applied.first(where: { $0.value > 1 }) {
      throw Violation(description: "\(twice.key) is in effect \(twice.value) times")
    }
    // What is in flight is what the queues hold.
    let held = entries.reduce(Load()) { $0 + Load(events: 1, bytes: $1.1) }
    if queue.load != held { throw Violation(description: "\(queue.load) are in flight, and held are \(held)") }
    // Nothing lost: what is pending is known, or will be looked for.
    if queue.phase.isRecovered, let lost = pending.first(where: { !ids.contains($0) }) {
      throw Violation(description: "nobody knows of \(lost)")
    }
    try checkHistory(inFlight: ids)
  }

  /// Goes on without trouble until nothing is left to do; then everything is in effect or among the dead letters.
  mutating func finish() throws {
    for _ in 0..<10_000 {
      let steps = steps
      let order: [(Step) -> Bool] = [
        { $0 == .keep }, { $0 == .unpause }, { $0 == .answer }, { $0 == .send }, { $0 == .look },
        { if case .handled(_, _, .done) = $0 { true } else { false } }, { $0 == .take },
        { if case .retry = $0 { true } else { false } }, { $0 == .recover },
        { if case .read = $0 { true } else { false } }, { $0 == .tell }, { $0 == .ask(3) },
      ]
      guard let next = order.lazy.compactMap({ steps.first(where: $0) }).first else { break }
      try make(next)
    }
    let dead = Set(letters.map(\.delivery.entryID))
    let through = dead.union(discarded).union(applied.keys)
    let lost = log.first { !through.contains($0.entryID) }
    if let lost { throw Violation(description: "\(lost.entryID) of \(lost.key) is neither in effect nor dead") }
    if queue.load != Load() { throw Violation(description: "\(queue.load) are in flight when all is done") }
  }
}
