import HiredisClient

/// What one call of `commit` settles in one shard: acknowledgements, retries, dead letters, and the effects.
struct CommitBatch: Sendable {
  /// An entry that leaves the log for the dead letters.
  struct Letter: Sendable {
    let delivery: Delivery
    let isParked: Bool
    let about: DeadLetter.About
  }

  /// A part of a topic that the position passes over, and of which nothing was given out: there is nothing, unless somebody moved the group.
  struct Seam: Sendable {
    /// Of the shard's topics.
    let topic: Int
    let after: EntryID
    let before: EntryID
  }

  /// What a batch says of a history, in which nothing is ever pending.
  struct History: Sendable {
    /// What the position passes over with this batch that was given out and is not settled.
    var passed: [EntryID] = []
    /// True if nothing of it is left, and the log takes over.
    var isEnd = false
  }

  let shard: OwnedShard
  /// By topic of the shard.
  private(set) var acknowledged: [[EntryID]]
  /// How many that are.
  private(set) var acknowledgedCount = 0
  /// How much of what was in flight is settled with it.
  private(set) var load = Load()
  /// The last of them in the log's order.
  private var lastAcknowledged: EntryID?
  /// Those of them that failed before.
  private(set) var cleared: [EntryID] = []
  /// The last entry, in the log's order, that this owner has had settled with this batch; nil if none yet.
  var position: EntryID?
  /// What the position passes over with this batch.
  var seams: [Seam] = []
  /// How many entries up to the position were given out and are not settled.
  var open = 0
  /// What of the shard's history is settled; nil if what is settled is of its log.
  var history: History?
  private(set) var letters: [Letter] = []
  /// A dead letter that was handled; alone in its commit, so that its effects depend on it alone.
  private(set) var handledLetter: (delivery: Delivery, id: EntryID)?
  private(set) var counted: [(Delivery, deliveries: Int, failures: Failures)] = []
  private(set) var redriveEnded: [String] = []
  /// Dead letters that were handled again and failed.
  private var failedAgain: [(id: EntryID, letter: Letter)] = []
  private var effects: FoldedEffects
  /// What was recorded of the traces of what it settles.
  private(set) var spans: [HandledSpan] = []
  /// What the effects write; nil if nobody reads state.
  private(set) var written: WrittenState?

  /// How batches are made.
  struct Style: Sendable {
    /// Where follow-ups go; nil if all stay in the shard.
    var routes: ShardRoutes?
    /// Whether a commit that finds a field which some effects need to be absent is refused as a whole (`SURPRISED`), so that effects can be
    /// folded over such conditions; otherwise every condition is looked at where it stands.
    var speculates = false
    /// Whether to note what is written, for handlers that read.
    var notesWrites = false
  }

  /// Nothing yet.
  init(shard: OwnedShard, _ style: Style = Style()) {
    self.shard = shard
    acknowledged = Array(repeating: [], count: max(1, shard.topics.count))
    effects = FoldedEffects(routes: style.routes, speculates: style.speculates)
    if style.notesWrites { written = WrittenState() }
  }

  var isEmpty: Bool {
    acknowledgedCount == 0 && letters.isEmpty && counted.isEmpty && handledLetter == nil && redriveEnded.isEmpty
      && history?.isEnd != true
  }

  /// The last entry of the log that it settles; nil if there is none.
  var lastSettled: EntryID? {
    letters.reduce(lastAcknowledged) { max($0 ?? .zero, $1.delivery.entryID) }
  }

  /// The last entry of the log that it is about.
  var lastEntry: EntryID? {
    counted.reduce(lastSettled) { max($0 ?? .zero, $1.0.entryID) }
  }

  /// True if effects are among what it writes, and not only the runtime's own notes.
  var hasEffects: Bool { !effects.isEmpty }

  /// True if it leaves something in the shard's outbox.
  var sends: Bool { effects.sends }

  /// The only event that it settles, and nothing is done besides; nil if it is another batch.
  var onlyEvent: Delivery.Place? {
    guard letters.isEmpty, counted.isEmpty, redriveEnded.isEmpty else { return nil }
    if let handledLetter { return acknowledgedCount == 0 ? .letter(handledLetter.id) : nil }
    return acknowledgedCount == 1 ? lastAcknowledged.map { .entry($0) } : nil
  }

  /// True if it may change what a handler reads.
  func touches(_ name: StateName) -> Bool { written?.contains(name) ?? !effects.isEmpty }

  mutating func acknowledge(_ delivery: Delivery, _ effects: Effects, _ span: HandledSpan? = nil, prefix: String) {
    switch delivery.source {
    case .log:
      acknowledge(
        delivery.entryID, of: delivery.topic, bytes: delivery.bytes, effects, span, prefix: prefix,
        trace: delivery.header.trace)
      if delivery.failures != nil { cleared.append(delivery.entryID) }
    case .letter(let id):
      handledLetter = (delivery, id)
      load += delivery.load
      add(effects, span, prefix: prefix, trace: delivery.header.trace)
    }
  }

  /// Acknowledges an entry of the log that has not failed before.
  ///
  /// - Parameters:
  ///   - topic: the one it stands in, of the shard's.
  ///   - bytes: what it takes.
  ///   - trace: what the event belongs to.
  mutating func acknowledge(
    _ entryID: EntryID, of topic: Int, bytes: Int, _ effects: Effects, _ span: HandledSpan? = nil, prefix: String,
    trace: TraceContext?
  ) {
    acknowledged[topic].append(entryID)
    acknowledgedCount += 1
    load += Load(events: 1, bytes: bytes)
    lastAcknowledged = max(lastAcknowledged ?? .zero, entryID)
    add(effects, span, prefix: prefix, trace: trace)
  }

  private mutating func add(_ effects: Effects, _ span: HandledSpan? = nil, prefix: String, trace: TraceContext?) {
    if let span { spans.append(span) }
    guard !effects.isEmpty else { return }
    self.effects.add(effects, prefix: prefix, trace: span?.trace ?? trace)
    written?.note(effects)
  }

  /// Leaves an entry pending, with this delivery count and these failures.
  mutating func count(_ delivery: Delivery, deliveries: Int, failures: Failures) {
    counted.append((delivery, deliveries, failures))
  }

  mutating func bury(_ letter: Letter) {
    letters.append(letter)
    load += letter.delivery.load
  }

  /// Ends the redrive of a key whose letter failed again; the letter stays.
  mutating func endRedrive(of key: String) {
    redriveEnded.append(key)
  }

  /// Has a letter that failed again say why.
  mutating func note(_ letter: Letter, of id: EntryID) {
    failedAgain.append((id, letter))
  }

  /// The effects, with what is noted beside dead letters that were handled again.
  ///
  /// - Parameters:
  ///   - redriven: the key of these notes.
  ///   - unread: the key of what is noted of letters that nobody read.
  func effects(redriven: String, unread: String) -> FoldedEffects {
    var all = effects
    for (id, letter) in failedAgain {
      all.add(RedrivenLetters.failed(id, letter.about, key: redriven), prefix: "", trace: nil)
    }
    for letter in letters + failedAgain.map(\.letter) {
      if let need = letter.about.needs {
        all.add(Effects { $0.set(unread, letter.delivery.key, to: need) }, prefix: "", trace: nil)
      }
    }
    if let handledLetter {
      all.add(RedrivenLetters.handled(handledLetter.id, key: redriven), prefix: "", trace: nil)
      all.add(Effects { $0.remove(unread, handledLetter.delivery.key) }, prefix: "", trace: nil)
    }
    return all
  }
}
