import DequeModule

/// Fields of a service's state in one owned shard that events in flight are going to read, as they stand after all that was settled.
///
/// They are read ahead for many events at once. From then on only this worker writes them, as long as it owns the shard, so what settled events
/// do to them is done here as well; what can't be told without the server makes a field unknown, and whoever asks has it read.
struct ForeseenFields {
  private struct Field {
    /// Nil if it isn't known; a nil in it if there is no such field.
    var value: String??
    /// Events in flight that are going to read it.
    var readers = 0
    /// The last batch of the epoch that writes it; 0 if none does that is not in effect.
    var batch = 0
  }

  private var fields: [StateField: Field] = [:]
  /// What batches that are not in effect write, oldest first.
  private var uncommitted: Deque<(batch: Int, field: StateField)> = []

  /// What a field holds; nil if that isn't known.
  func value(_ field: StateField) -> String?? { fields[field]?.value }

  // MARK: Events in flight

  /// Takes in that an event is going to read some fields.
  mutating func expect(_ reads: [StateField]) {
    for field in reads { fields[field, default: Field()].readers += 1 }
  }

  /// Takes in what the server holds; not to be called for a field that something has written since it was asked, or that isn't in effect.
  ///
  /// What is known already is at least as new.
  mutating func found(_ value: String?, in field: StateField) {
    guard let known = fields[field], known.value == nil else { return }
    fields[field]?.value = .some(value)
  }

  /// Takes in that an event that was going to read some fields has been settled.
  mutating func release(_ reads: [StateField]) {
    for field in reads {
      guard let index = fields.index(forKey: field) else { continue }
      fields.values[index].readers -= 1
      if fields.values[index].readers <= 0, fields.values[index].batch == 0 { fields.remove(at: index) }
    }
  }

  /// Takes in that all batches up to this one are in effect.
  mutating func committed(through batch: Int) {
    while let first = uncommitted.first, first.batch <= batch {
      uncommitted.removeFirst()
      guard let index = fields.index(forKey: first.field), fields.values[index].batch == first.batch else { continue }
      fields.values[index].batch = 0
      if fields.values[index].readers <= 0 { fields.remove(at: index) }
    }
  }

  // MARK: What is settled

  /// Does to the fields what an event's effects do.
  ///
  /// - Parameter batch: the number in the epoch of the batch that they belong to.
  mutating func apply(_ effects: Effects, batch: Int) {
    guard !fields.isEmpty, !effects.isEmpty else { return }
    apply(effects, effects.effects.indices, batch: batch, isCertain: true)
  }

  private mutating func apply(_ effects: Effects, _ range: Range<Int>, batch: Int, isCertain: Bool) {
    var index = range.lowerBound
    while index < range.upperBound {
      let effect = effects.effects[index]
      index += 1
      switch effect {
      case .set(let hash, let field, let value):
        write(StateField(hash, field), batch: batch, isCertain) { _ in
          effects.bytes(value).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        }
      case .remove(let hash, let field): write(StateField(hash, field), batch: batch, isCertain) { _ in .some(nil) }
      case .increment(let hash, let field, let amount):
        write(StateField(hash, field), batch: batch, isCertain) { before in
          guard let before, let (sum, overflow) = ResolvedEffects.number(before)?.addingReportingOverflow(amount),
            !overflow
          else { return nil }
          return String(sum)
        }
      case .expire(let name, _): forget(name)
      case .delete(let name):
        for field in fields.keys where field.hash.text.hasSameBytes(as: name) {
          write(field, batch: batch, isCertain) { _ in .some(nil) }
        }
      case .append, .publish, .schedule, .cancel, .skip: break
      case .when(let hash, let field, let condition, let count):
        let choice = effects.branches(at: index, count: count)
        index = choice.otherwise.upperBound
        let holds = isCertain ? self.holds(condition, StateField(hash, field)) : nil
        if holds != false { apply(effects, choice.then, batch: batch, isCertain: holds != nil) }
        if holds != true { apply(effects, choice.otherwise, batch: batch, isCertain: holds != nil) }
      }
    }
  }

  private mutating func write(
    _ field: StateField, batch: Int, _ isCertain: Bool, _ value: (_ before: String??) -> String??
  ) {
    guard let index = fields.index(forKey: field) else { return }
    fields.values[index].value = isCertain ? value(fields.values[index].value) : nil
    guard fields.values[index].batch != batch else { return }
    fields.values[index].batch = batch
    uncommitted.append((batch, field))
  }

  /// Takes in that a hash vanishes some time.
  private mutating func forget(_ name: String) {
    for (field, _) in fields where field.hash.text.hasSameBytes(as: name) { fields[field]?.value = nil }
  }

  /// Nil if that can't be told.
  private func holds(_ condition: Effects.Condition.Test, _ field: StateField) -> Bool? {
    guard let value = value(field) else { return nil }
    return switch condition {
    case .isAbsent: value == nil
    case .equals(let expected): value.map { $0.hasSameBytes(as: expected) } ?? false
    case .isAtLeast(let bound): ResolvedEffects.number(value).map { $0 >= bound }
    }
  }
}
