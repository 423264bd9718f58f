import HiredisClient

/// The effects of one commit in the order they are applied, with those that can be one write folded into one: increments of
/// one field are added up, records for one stream become one entry, fields of one hash are set together.
///
/// What is folded moves to where the first of its kind stands. That changes nothing as long as nothing in between reads or
/// overwrites it; so a condition begins a new round of folding, and so does, for its hash alone, a set after an increment or a
/// removal.
///
/// What is to happen only if a field is absent, at the top level of an event's effects, may be taken for granted, and folded like
/// anything else: the commit looks at all such fields before it writes, and is refused as a whole if one is there. That is as
/// good as looking in between only if nothing of the batch has written the field before; if something has, the condition stays one.
struct FoldedEffects: Sendable {
  /// Texts or increments that belong to one operation, as a list in their order.
  struct Pieces: Sendable {
    let first: Int
    var last: Int
    var count = 1
  }

  /// A command about events, and the topic that it adds to.
  struct Publication: Sendable {
    let command: StaticString
    let topic: String

    static func publish(in topic: String) -> Publication { Publication(command: "PUBLISH", topic: topic) }
    static let schedule = Publication(command: "SCHEDULE", topic: Namespace.scheduleTopic)
    static let cancel = Publication(command: "CANCEL", topic: Namespace.scheduleTopic)

    func isSame(as other: Publication) -> Bool {
      command.utf8Start == other.command.utf8Start && topic.hasSameBytes(as: other.topic)
    }
  }

  enum Operation: Sendable {
    case remove(key: Int, field: String)
    case expire(key: Int, milliseconds: Int)
    case delete(key: Int)
    case increment(key: Int, Pieces)
    /// Fields, each followed by its value.
    case set(key: Int, Pieces)
    case append(key: Int, Pieces)
    /// What the log is given, in the arguments that `commit` takes for it.
    case publish(Publication, Pieces)
    /// What another shard is given: its number, then fields and values.
    case send(key: Int, Pieces)
    case when(key: Int, field: String, condition: Effects.Condition.Test, operations: Int)
    case skip(operations: Int)
  }

  /// What later effects on one key may join: indexes of operations.
  private struct Open {
    var round: Int
    let opening: Int
    var increment: Int?
    var set: Int?
    var append: Int?
  }

  /// What one write may hold, so that it fits the stack of the server's Lua.
  private static let piecesPerWrite = 1000

  /// Whether conditions that a field be absent are taken for granted.
  let speculates: Bool
  private(set) var keys: [String] = []
  /// By name without the prefix; numbered as `keys`.
  private var names = NameTable()
  /// Fields of keys that were incremented,
  private var incremented = NameTable()
  /// and by which increment the last time, in which opening of the key.
  private var lastIncrements: [(increment: Int, opening: Int)] = []
  /// Counts how often a key was opened.
  private var openings = 0
  /// The hash of the effect before: most effects on hashes are on the same one.
  private var lastHash: (name: String, key: Int)?
  /// By key.
  private var open: [Open] = []
  /// By key: the number of its assumptions' list and 1, or 0.
  private var guarded: [Int] = []
  /// Fields of hashes that are assumed to be absent.
  private(set) var assumptions: [(key: Int, fields: [String])] = []
  /// Fields of these hashes that were assumed or written.
  private var known = NameTable()
  /// What was assumed last: the effects that depend on it write it, most likely.
  private var assumed: (key: Int, field: String)?
  /// Where what is published goes; nil if all stays in the shard.
  let routes: ShardRoutes?
  /// The last operation about events, and its round.
  var publishing: (operation: Int, round: Int)?
  /// By shard: the last operation about what that is given, its round, and where its text begins.
  var sending: [Int: (operation: Int, round: Int, start: Int)] = [:]
  /// Grows when nothing may join what is there any more.
  private(set) var round = 0
  var operations: [Operation] = []
  /// Everything that is written, one after the other, so that nothing of it is allocated by itself.
  var text = JSONWriter(reservingCapacity: 0)
  var pieces: [(text: Range<Int>, next: Int)] = []
  private(set) var increments: [(field: String, amount: Int, next: Int)] = []

  var isEmpty: Bool { operations.isEmpty && assumptions.isEmpty }

  /// No effects yet.
  ///
  /// - Parameter routes: where what is published goes; nil if all stays in the shard.
  init(routes: ShardRoutes? = nil, speculates: Bool = false) {
    self.routes = routes
    self.speculates = speculates
  }

  /// Adds one event's effects.
  ///
  /// - Parameters:
  ///   - prefix: of the service's state in the shard, with the colon.
  ///   - trace: passed on to what the event publishes.
  mutating func add(_ effects: Effects, prefix: String, trace: TraceContext?) {
    let list = effects.effects
    var conditional = 0
    var index = 0
    // Where the alternative of what is taken for granted begins.
    var alternative = -1
    while index < list.count {
      let isConditional = conditional > 0
      let effect = list[index]
      index += 1
      switch effect {
      case .append(let stream, let record):
        let key = self.index(of: stream, prefix)
        let piece = piece(effects.bytes(record))
        if !isConditional, let operation = open[key].append, case .append(_, var list) = operations[operation],
          list.count < Self.piecesPerWrite
        {
          add(piece, to: &list)
          operations[operation] = .append(key: key, list)
        } else {
          if !isConditional { open[key].append = operations.count }
          operations.append(.append(key: key, Pieces(first: piece, last: piece)))
        }
      case .increment(let hash, let field, let amount):
        let key = self.index(ofHash: hash, prefix)
        note(field, of: key)
        increment(field, of: key, by: amount, isConditional: isConditional)
      case .set(let hash, let field, let value):
        let key = self.index(ofHash: hash, prefix)
        note(field, of: key)
        if open[key].increment != nil { reopen(key) }
        let name = piece(field)
        let content = piece(effects.bytes(value))
        if !isConditional, let operation = open[key].set, case .set(_, var list) = operations[operation],
          list.count < Self.piecesPerWrite
        {
          add(name, to: &list)
          add(content, to: &list)
          operations[operation] = .set(key: key, list)
        } else {
          if !isConditional { open[key].set = operations.count }
          var list = Pieces(first: name, last: name)
          add(content, to: &list)
          operations.append(.set(key: key, list))
        }
      case .remove(let hash, let field):
        let key = self.index(ofHash: hash, prefix)
        note(field, of: key)
        reopen(key)
        operations.append(.remove(key: key, field: field))
      case .expire(let name, let milliseconds):
        operations.append(.expire(key: self.index(of: name, prefix), milliseconds: milliseconds))
      case .delete(let name):
        let key = self.index(of: name, prefix)
        reopen(key)
        operations.append(.delete(key: key))
      case .publish(let data, let id, let timestamp):
        publish(
          data, id: id ?? data.eventID, timestamp: timestamp, trace: trace, isConditional: isConditional)
      case .schedule(let data, let id, let timestamp, let due):
        schedule(
          data, id: id ?? data.eventID, timestamp: timestamp, due: due, trace: trace,
          isConditional: isConditional)
      case .cancel(let id, let shardKey):
        cancel(id, shardKey: shardKey, isConditional: isConditional)
      case .when(let hash, let field, .isAbsent, let count)
      where speculates && !isConditional && !isOnlySkip(list[index..<index + count]) && assume(field, of: hash, prefix):
        if case .skip? = list[index..<index + count].last { alternative = index + count - 1 }
      case .when(let hash, let field, let condition, let count):
        round += 1
        operations.append(
          .when(key: self.index(of: hash, prefix), field: field, condition: condition, operations: count))
        // A condition within a condition ends no later than the outer one.
        conditional = max(conditional, count + 1)
      case .skip(let count) where index - 1 == alternative:
        index += count
      case .skip(let count):
        operations.append(.skip(operations: count))
        conditional = max(conditional, count + 1)
      }
      if conditional > 0 { conditional -= 1 }
    }
  }

  /// Whether nothing is to happen but the alternative: then it is expected.
  private func isOnlySkip(_ branch: ArraySlice<Effects.Effect>) -> Bool {
    if branch.count == 1, case .skip? = branch.first { true } else { false }
  }

  /// Adds to an increment that the field has, or one to those of its hash.
  private mutating func increment(_ field: String, of key: Int, by amount: Int, isConditional: Bool) {
    let new = increments.count
    if isConditional {
      increments.append((field, amount, -1))
      operations.append(.increment(key: key, Pieces(first: new, last: new)))
      return
    }
    let opening = open[key].opening
    let (number, isNew) = incremented.number(of: field, owner: key)
    if isNew {
      lastIncrements.append((new, opening))
    } else if case let last = lastIncrements[number], last.opening == opening,
      case let (sum, overflow) = increments[last.increment].amount.addingReportingOverflow(amount), !overflow
    {
      increments[last.increment].amount = sum
      return
    } else {
      lastIncrements[number] = (new, opening)
    }
    increments.append((field, amount, -1))
    if let operation = open[key].increment, case .increment(_, var list) = operations[operation] {
      increments[list.last].next = new
      list.last = new
      list.count += 1
      operations[operation] = .increment(key: key, list)
    } else {
      open[key].increment = operations.count
      operations.append(.increment(key: key, Pieces(first: new, last: new)))
    }
  }

  /// Takes a field to be absent, unless something of the batch has assumed or written it before.
  private mutating func assume(_ field: String, of hash: String, _ prefix: String) -> Bool {
    let key = index(ofHash: hash, prefix)
    if guarded[key] == 0 {
      assumptions.append((key, []))
      guarded[key] = assumptions.count
      noteWritten(of: key)
    }
    guard known.number(of: field, owner: key).isNew else { return false }
    assumptions[guarded[key] - 1].fields.append(field)
    assumed = (key, field)
    return true
  }

  /// Takes in that a field is written, if that matters.
  private mutating func note(_ field: String, of key: Int) {
    guard guarded[key] > 0 else { return }
    if let assumed, assumed.key == key, assumed.field.hasSameBytes(as: field) { return }
    _ = known.number(of: field, owner: key)
  }

  /// Takes in which fields of a hash have been written so far.
  private mutating func noteWritten(of key: Int) {
    for operation in operations {
      switch operation {
      case .remove(key, let field): _ = known.number(of: field, owner: key)
      case .increment(key, let list):
        var increment = list.first
        while increment >= 0 {
          _ = known.number(of: increments[increment].field, owner: key)
          increment = increments[increment].next
        }
      case .set(key, let list):
        var name = list.first
        while name >= 0 {
          let field = text.span.extracting(pieces[name].text).withUnsafeBufferPointer {
            String(decoding: $0, as: UTF8.self)
          }
          _ = known.number(of: field, owner: key)
          // After a field stands its value.
          name = pieces[pieces[name].next].next
        }
      default: break
      }
    }
  }

  private mutating func index(ofHash name: String, _ prefix: String) -> Int {
    if let lastHash, lastHash.name.hasSameBytes(as: name), open[lastHash.key].round == round { return lastHash.key }
    let key = index(of: name, prefix)
    lastHash = (name, key)
    return key
  }

  /// The index of the outbox among the keys; no hash or stream of a service has this name.
  mutating func index(ofOutbox key: String) -> Int { index(of: "\u{0}outbox", "", key: key) }

  /// The index of a key, open for this round.
  ///
  /// - Parameter key: nil if the prefix and the name are its.
  private mutating func index(of name: String, _ prefix: String, key: String? = nil) -> Int {
    let (index, isNew) = names.number(of: name)
    if isNew {
      keys.append(key ?? prefix + name)
      guarded.append(0)
      openings += 1
      open.append(Open(round: round, opening: openings))
    } else if open[index].round != round {
      reopen(index)
    }
    return index
  }

  /// Lets nothing join what there is of a key.
  private mutating func reopen(_ key: Int) {
    openings += 1
    open[key] = Open(round: round, opening: openings)
  }

  private mutating func piece(_ bytes: Span<UInt8>) -> Int {
    let start = text.count
    text.raw(bytes)
    return endPiece(start)
  }

  mutating func piece(_ string: String) -> Int {
    let start = text.count
    text.plain(string)
    return endPiece(start)
  }

  mutating func endPiece(_ start: Int) -> Int {
    pieces.append((start..<text.count, -1))
    return pieces.count - 1
  }

  mutating func add(_ piece: Int, to list: inout Pieces) {
    pieces[list.last].next = piece
    list.last = piece
    list.count += 1
  }
}
