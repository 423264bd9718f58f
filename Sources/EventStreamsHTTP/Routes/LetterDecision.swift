import CoreMetrics
import EventStreams
import EventStreamsOperations
import Hummingbird

/// What somebody wants done with dead letters, and with which.
struct LetterDecision: Sendable {
  /// What is done.
  enum Kind: String, Sendable {
    /// They are handled again, in the order of their keys.
    case redrive
    /// They are removed for good.
    case discard
  }

  /// Which letters are meant.
  enum Selection: Sendable {
    /// These.
    case names([LetterName])
    /// All that a filter means of those that were there when somebody looked; and how many those were, if they were counted.
    case matching(LetterFilter, through: EntryID, expected: Int?)
  }

  /// What was done.
  struct Outcome: Sendable, JSONWritable {
    let keys: Int
    let letters: Int

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("keys", keys)
        $0.field("letters", letters)
      }
    }
  }

  let kind: Kind
  let service: String
  let selection: Selection
  /// How many keys a second are redriven at the most, or letters discarded; nil for as many as can be.
  let maxPerSecond: Int?

  /// What is decided on while a client waits: so many keys.
  private static let mostAtOnce = 1000

  /// Whether so much is work for an operation: more than a client waits for.
  func isLong(_ letters: [DeadLetter]) -> Bool {
    let count = units(of: letters).count
    return count > min(Self.mostAtOnce, maxPerSecond ?? .max)
  }

  /// What an operation goes through: the letters that are discarded, or one of each key that is redriven.
  func units(of letters: [DeadLetter]) -> [DeadLetter] {
    guard kind == .redrive else { return letters }
    struct Key: Hashable {
      let shard: Int
      let key: Identifier
    }
    var seen: Set<Key> = []
    return letters.filter { $0.isReadable && seen.insert(Key(shard: $0.shard, key: Identifier($0.key))).inserted }
  }

  /// Does it.
  func apply(to letters: [DeadLetter], _ dead: DeadLetters) async throws -> Outcome {
    switch kind {
    case .redrive: return Outcome(keys: try await dead.redrive(letters), letters: letters.count)
    case .discard:
      return Outcome(
        keys: Set(names: letters.map(\.key)).count, letters: try await Self.discard(letters, of: service, dead))
    }
  }

  /// Removes letters for good, and counts them.
  static func discard(_ letters: [DeadLetter], of service: String, _ dead: DeadLetters) async throws -> Int {
    let count = try await dead.discard(letters)
    Counter(label: "eventstreams_discarded_total", dimensions: [("group", service)]).increment(by: count)
    return count
  }

  /// The letters that are meant.
  ///
  /// - Throws: a `Problem` if they are not those that somebody has seen.
  func letters(of dead: DeadLetters) async throws -> [DeadLetter] {
    switch selection {
    case .names(let names):
      var letters: [DeadLetter] = []
      for name in names {
        guard let letter = try await dead.letter(name, service: service) else {
          throw Problem(.conflict, .conflict, "\(service) has no dead letter \(name) any more: look again")
        }
        letters.append(letter)
      }
      return letters
    case .matching(let filter, let last, let expected):
      let letters = try await dead.all(service: service, filter, through: last)
      if let expected, letters.count != expected {
        throw Problem(
          .conflict, .conflict,
          "\(letters.count) letters match, not \(expected): some were decided on meanwhile, so nothing was done; look again"
        )
      }
      return letters
    }
  }
}

extension LetterDecision {
  /// What has become of a decision: it is done, or will be.
  enum Decided: Sendable {
    case done(Outcome)
    case begun(Operation)
  }

  /// Reads `{"ids":["4/1775212200000-0"]}`, or `{"filter":{…},"asOf":"1775212200000-0","expected":12}`; and `maxPerSecond` besides.
  init(_ kind: Kind, _ service: String, from request: Request) async throws {
    let (selection, rate) = try await request.json(upTo: ServerSettings.Limit.line) { (json) throws(JSONError) in
      var object = try json.object()
      let rate: Int? = try object.optional("maxPerSecond")
      if let rate, !(1...1_000_000).contains(rate) {
        throw JSONError(path: "maxPerSecond", problem: "\(rate) is not between 1 and 1000000")
      }
      return (try Selection(from: json), rate)
    }
    self.init(kind: kind, service: service, selection: selection, maxPerSecond: rate)
  }
}

extension LetterDecision.Selection: CustomStringConvertible {
  /// What is noted of it.
  var description: String {
    switch self {
    case .names(let names):
      "letters \(names.prefix(20).map(\.description).joined(separator: ", "))\(names.count > 20 ? " …" : "")"
    case .matching(let filter, let last, _):
      "filter \(String(decoding: JSONWriter.bytes(of: filter), as: UTF8.self)) as of \(last)"
    }
  }

  fileprivate init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    if let texts: [String] = try object.optional("ids") {
      guard (1...1000).contains(texts.count) else { throw JSONError(path: "ids", problem: "names 1 to 1000 letters") }
      var names: [LetterName] = []
      for (place, text) in texts.enumerated() {
        guard let name = LetterName(text) else {
          throw JSONError(path: "ids[\(place)]", problem: "\"\(text)\" is no letter's id such as 4/1775212200000-0")
        }
        names.append(name)
      }
      self = .names(names)
      return
    }
    let filter: LetterFilter = try object["filter"]
    let text: String = try object["asOf"]
    guard let last = EntryID(text) else {
      throw JSONError(path: "asOf", problem: "is no id such as the list of letters has as asOf")
    }
    let expected: Int = try object["expected"]
    self = .matching(filter, through: last, expected: expected)
  }
}
