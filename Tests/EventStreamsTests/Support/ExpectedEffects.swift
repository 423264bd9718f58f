@testable import EventStreams

/// What effects come to, one after the other, by the plainest reading of what they say.
struct ExpectedEffects {
  /// What a key holds.
  enum Value: Equatable {
    case hash([Identifier: String], isLasting: Bool)
    case stream([String], isLasting: Bool, isFull: Bool)
    case other(isLasting: Bool)
  }

  enum Failure: Error {
    /// What depends on the order in which it is looked at, of which folding makes another.
    case either(String)
    case other(String)
  }

  private(set) var state: [String: Value]
  private(set) var published: Set<String>
  /// What was a hash or a stream in this commit: that it becomes the other is refused.
  private var kinds: [String: Bool] = [:]

  private let before: [String: Value]
  private var isThere: Set<String> { Set(before.keys) }
  private var deleted: Set<String> = []

  init(state: [String: Value], published: Set<String>) {
    self.state = state
    before = state
    self.published = published
  }

  mutating func apply(_ list: ArraySlice<Effects.Effect>, of effects: Effects) throws(Failure) {
    var rest = list
    while let effect = rest.popFirst() {
      switch effect {
      case .append(let name, let record):
        if deleted.contains(name) {
          switch before[name] {
          case nil, .stream(_, _, isFull: false): break
          default: throw .either("\(name) was no stream to begin with")
          }
        }
        try be(true, name)
        switch state[name] {
        case nil: state[name] = .stream([text(record, effects)], isLasting: true, isFull: false)
        case .stream(let records, let isLasting, false):
          state[name] = .stream(records + [text(record, effects)], isLasting: isLasting, isFull: false)
        default: throw .other("\(name) takes no record")
        }
      case .increment(let name, let field, let amount):
        let old = try hash(name)[field] ?? "0"
        guard let value = Int(old), String(value) == old else { throw .other("\(old) is no number") }
        let (sum, overflow) = value.addingReportingOverflow(amount)
        if overflow { throw .either("\(old) and \(amount) are too much") }
        try change(name) { $0[field] = String(sum) }
      case .set(let name, let field, let value):
        let content = text(value, effects)
        try change(name) { $0[field] = content }
      case .remove(let name, let field): try change(name) { $0[field] = nil }
      case .expire(let name, _):
        switch state[name] {
        case .hash(let fields, _): state[name] = .hash(fields, isLasting: false)
        case .stream(let records, _, let isFull): state[name] = .stream(records, isLasting: false, isFull: isFull)
        case .other: state[name] = .other(isLasting: false)
        case nil: break
        }
      case .delete(let name):
        deleted.insert(name)
        state[name] = nil
      case .publish(let data, let id, _): published.insert(id ?? data.eventID)
      case .schedule, .cancel: throw .other("not among the effects of these tests")
      case .when(let name, let field, let condition, let count):
        if kinds[name] == true, !isThere.contains(name) { throw .either("\(name) became a stream") }
        if try !holds(condition, hash(name)[field]) { rest = rest.dropFirst(count) }
      case .skip(let count): rest = rest.dropFirst(count)
      }
    }
  }

  private func holds(_ condition: Effects.Condition.Test, _ value: String?) throws(Failure) -> Bool {
    switch condition {
    case .equals(let expected): return value == expected
    case .isAbsent: return value == nil
    case .isAtLeast(let bound):
      guard let number = Int(value ?? "0"), String(number) == value ?? "0" else { throw .other("it is no number") }
      return number >= bound
    }
  }

  private mutating func be(_ isStream: Bool, _ name: String) throws(Failure) {
    if kinds[name, default: isStream] != isStream { throw .other("\(name) is both") }
    kinds[name] = isStream
  }

  private func hash(_ name: String) throws(Failure) -> [Identifier: String] {
    if deleted.contains(name) {
      switch before[name] {
      case nil, .hash: break
      default: throw .either("\(name) was no hash to begin with")
      }
    }
    switch state[name] {
    case nil: return [:]
    case .hash(let fields, _): return fields
    default: throw .other("\(name) is no hash")
    }
  }

  private mutating func change(_ name: String, _ body: (inout [Identifier: String]) -> Void) throws(Failure) {
    try be(false, name)
    var fields = try hash(name)
    var isLasting = true
    if case .hash(_, let lasting)? = state[name] { isLasting = lasting }
    body(&fields)
    state[name] = fields.isEmpty ? nil : .hash(fields, isLasting: isLasting)
  }

  private func text(_ range: Range<Int>, _ effects: Effects) -> String {
    effects.bytes(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}
