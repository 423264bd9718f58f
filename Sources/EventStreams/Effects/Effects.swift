/// What an event changes, as data: writes to the service's own state in the event's shard, and events to publish there.
///
/// The worker applies them in one atomic step with the event's acknowledgement, so each happens exactly once. Names are
/// those of this service's state in the event's shard: `balances` of the service `payment` is the key
/// `rides:{3}:payment:balances`. No effect can name another service's state.
public struct Effects: Sendable {
  /// One write.
  enum Effect: Sendable {
    case append(stream: String, record: Range<Int>)
    case increment(hash: String, field: String, amount: Int)
    case set(hash: String, field: String, value: Range<Int>)
    case remove(hash: String, field: String)
    case expire(name: String, milliseconds: Int)
    case delete(name: String)
    case publish(any EventData, id: String?, timestamp: Timestamp)
    case schedule(any EventData, id: String?, timestamp: Timestamp, due: Timestamp)
    /// With the shard key of the event; nil for one in the shard of the event being handled.
    case cancel(id: String, shardKey: String?)
    /// The next `count` effects are applied only if the condition holds at that point of the commit.
    case when(hash: String, field: String, condition: Condition.Test, count: Int)
    /// The next `count` effects are passed over: the alternative to those before.
    case skip(count: Int)
  }

  /// What a field of a hash must be for conditional effects to be applied.
  public struct Condition: Sendable, Hashable {
    /// What a commit looks at.
    enum Test: Sendable, Hashable {
      case equals(String)
      case isAbsent
      case isAtLeast(Int)
    }

    let test: Test
    /// Whether the test must fail: what is applied then changes places with its alternative.
    var isNegated = false

    /// The field has exactly this value.
    public static func equals(_ value: String) -> Condition { Condition(test: .equals(value)) }
    /// There is no such field.
    public static var isAbsent: Condition { Condition(test: .isAbsent) }
    /// There is such a field, whatever its value is.
    public static var isPresent: Condition { Condition(test: .isAbsent, isNegated: true) }
    /// The field is a whole number (0 if absent) of at least this.
    public static func isAtLeast(_ bound: Int) -> Condition { Condition(test: .isAtLeast(bound)) }
    /// The field is a whole number (0 if absent) of this at the most.
    public static func isAtMost(_ bound: Int) -> Condition {
      // Every number is at most the greatest, and at least the least.
      bound == .max ? .isAtLeast(.min) : Condition(test: .isAtLeast(bound + 1), isNegated: true)
    }
  }

  private(set) var effects: [Effect] = []
  /// The records and values, one after the other; effects say which bytes are theirs.
  @usableFromInline var texts = JSONWriter(reservingCapacity: 0)

  /// No effect: the event is acknowledged, and that is all.
  public static let none = Effects()

  /// No effects yet.
  public init() {}

  /// Some of the effects of others, whose records and values they share.
  init(_ effects: ArraySlice<Effect>, of whole: Effects) {
    self.effects = Array(effects)
    texts = whole.texts
  }

  /// Effects made in place: `Effects { $0.increment("rides", "count", by: 1) }`.
  public init(_ build: (inout Effects) throws -> Void) rethrows {
    try build(&self)
  }

  /// True when there is nothing to apply.
  public var isEmpty: Bool { effects.isEmpty }

  /// Appends a record to a stream of this service. Records of one commit to one stream become fields of one stream entry,
  /// in order; `StateStream` reads them back as single records.
  @inlinable
  public mutating func append(to stream: String, _ record: some JSONWritable) {
    let start = beginText()
    record.write(to: &texts)
    endRecord(start, of: stream)
  }

  /// Adds `amount` to a whole-number field, which counts as 0 if it is absent. Increments of one commit to one field are added up.
  public mutating func increment(_ hash: String, _ field: String, by amount: Int) {
    effects.append(.increment(hash: hash, field: field, amount: amount))
  }

  /// Sets one field.
  public mutating func set(_ hash: String, _ field: String, to value: String) {
    let start = beginText()
    texts.plain(value)
    endValue(start, of: hash, field)
  }

  /// Sets one field to a value written as JSON.
  @inlinable
  public mutating func set(_ hash: String, _ field: String, to value: some JSONWritable) {
    let start = beginText()
    value.write(to: &texts)
    endValue(start, of: hash, field)
  }

  /// Sets several fields of one hash.
  public mutating func set(_ hash: String, _ fields: KeyValuePairs<String, String>) {
    for (field, value) in fields { set(hash, field, to: value) }
  }

  /// Removes one field.
  public mutating func remove(_ hash: String, _ field: String) {
    effects.append(.remove(hash: hash, field: field))
  }

  /// Lets a hash or stream of this service vanish after a while; each such effect starts the time anew.
  /// It must be there by then: write it first.
  ///
  /// - Parameters:
  ///   - name: of a hash or stream of this service.
  ///   - time: at least 1 ms.
  public mutating func expire(_ name: String, after time: Duration) {
    effects.append(.expire(name: name, milliseconds: max(1, time.wholeMilliseconds)))
  }

  /// Removes a hash or stream of this service with all that is in it; one that isn't there is removed already.
  ///
  /// Whatever its size, the server is busy with it for a moment only. What follows in the same commit finds nothing there, but can't make
  /// a hash of what was a stream, or a stream of what was a hash.
  public mutating func delete(_ name: String) {
    effects.append(.delete(name: name))
  }

  /// Publishes an event, unless its id is known in its shard, as `Publisher` does. Its shard key says which shard that is: if it is that of the
  /// event being handled, the event is in the log with this commit; if it is another, the commit leaves it in the outbox of the service,
  /// from where it gets there once, in the order of the commits, as soon as that can be reached.
  ///
  /// - Parameters:
  ///   - data: what happened.
  ///   - id: the event's identity; `data.eventID` if nil.
  ///   - timestamp: when it happened; of one that waits, when it is due unless it is given.
  ///   - due: when to publish it; nil for now. It waits in its shard until then, and is in the log within a second as long as a worker of
  ///     the namespace runs; `cancel` removes it.
  public mutating func publish(
    _ data: some EventData, id: String? = nil, timestamp: Timestamp? = nil, due: Timestamp? = nil
  ) {
    guard let due else { return effects.append(.publish(data, id: id, timestamp: timestamp ?? .now())) }
    effects.append(.schedule(data, id: id, timestamp: timestamp ?? due, due: due))
  }

  /// Cancels an event that waits in its shard, if it does: it is as if it had never been scheduled.
  ///
  /// - Parameters:
  ///   - eventID: of the event that waits.
  ///   - shardKey: of the event that waits; nil if it is in the shard of the event being handled.
  public mutating func cancel(_ eventID: String, shardKey: String? = nil) {
    effects.append(.cancel(id: eventID, shardKey: shardKey))
  }

  /// Applies some effects only if a field is as expected at that point of the commit, and others if it is not; what the commit
  /// did before counts.
  public mutating func when(
    _ hash: String, _ field: String, _ condition: Condition, then build: (inout Effects) -> Void,
    otherwise buildAlternative: (inout Effects) -> Void = { _ in }
  ) {
    var conditional = Effects(build)
    var alternative = Effects(buildAlternative)
    guard !conditional.isEmpty || !alternative.isEmpty else { return }
    if condition.isNegated { swap(&conditional, &alternative) }
    if !alternative.isEmpty { conditional.effects.append(.skip(count: alternative.effects.count)) }
    conditional.effects.insert(
      .when(hash: hash, field: field, condition: condition.test, count: conditional.effects.count), at: 0)
    self += conditional
    self += alternative
  }

  /// The bytes of a record or value.
  @_lifetime(borrow self)
  func bytes(_ range: Range<Int>) -> Span<UInt8> { texts.span.extracting(range) }

  @usableFromInline
  mutating func endRecord(_ start: Int, of stream: String) {
    effects.append(.append(stream: stream, record: start..<texts.count))
  }

  @usableFromInline
  mutating func endValue(_ start: Int, of hash: String, _ field: String) {
    effects.append(.set(hash: hash, field: field, value: start..<texts.count))
  }

  /// Begins a record or value, which is to be written to `texts`; returns where it stands.
  @usableFromInline
  mutating func beginText() -> Int {
    if texts.count == 0 {
      // Most events have a few effects.
      texts = JSONWriter(reservingCapacity: 1280)
      effects.reserveCapacity(8)
    }
    texts.beginDocument()
    return texts.count
  }

  /// Adds effects after those there are.
  public static func += (effects: inout Effects, more: Effects) {
    // Of most events all effects depend on one condition, and nothing is copied.
    guard !effects.isEmpty else { return effects = more }
    let offset = effects.texts.count
    effects.texts.raw(more.texts.span)
    for effect in more.effects {
      switch effect {
      case .append(let stream, let record):
        effects.effects.append(.append(stream: stream, record: record.moved(by: offset)))
      case .set(let hash, let field, let value):
        effects.effects.append(.set(hash: hash, field: field, value: value.moved(by: offset)))
      default: effects.effects.append(effect)
      }
    }
  }
}

extension Range<Int> {
  fileprivate func moved(by offset: Int) -> Range<Int> { lowerBound + offset..<upperBound + offset }
}
