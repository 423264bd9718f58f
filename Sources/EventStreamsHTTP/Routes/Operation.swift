import EventStreams

/// Work on more dead letters than are decided on while a client waits.
struct Operation: Sendable, JSONWritable {
  /// How far it has come.
  enum State: String, Sendable {
    case running, done, stopped, failed
  }

  let id: String
  let kind: LetterDecision.Kind
  let service: String
  /// Which letters.
  let which: String
  /// Who began it.
  let who: String
  /// How many keys are redriven, or letters discarded, in all.
  let total: Int
  /// How many a second at the most; nil for as many as can be.
  let maxPerSecond: Int?
  let startedAt: Timestamp
  /// How many of the total it is done with.
  var done = 0
  var state = State.running
  var endedAt: Timestamp?
  /// What keeps it, or why it ended before all was done, for people.
  var note: String?

  var location: String { "/v1/operations/\(id)" }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("id", id)
      $0.field("kind", kind.rawValue)
      $0.field("service", service)
      $0.field("which", which)
      $0.field("who", who)
      $0.field("state", state.rawValue)
      $0.field("total", total)
      $0.field("done", done)
      $0.field("maxPerSecond", maxPerSecond)
      $0.field("startedAt", startedAt)
      $0.field("endedAt", endedAt)
      $0.field("note", note)
    }
  }
}
