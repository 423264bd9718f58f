import EventStreams

/// How far a city has come: in minutes of event time, since 1970.
struct SurgeClock: Sendable, Hashable, JSONRecord {
  /// The last tick: what happened in earlier minutes is in the prices.
  var closed: Int64
  /// The last minute in which anything happened.
  var frontier: Int64
  /// The tick that waits until it is due; nil if none does.
  var scheduled: Int64?

  /// A city in which something happens for the first time: something else may have happened a little earlier.
  init(first minute: Int64) {
    frontier = minute
    closed = minute - 1 - Int64(SurgePolicy.latenessMinutes)
  }

  init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    closed = Int64(try fields("closed", { Int($0.closed) }))
    frontier = Int64(try fields("frontier", { Int($0.frontier) }))
    scheduled = try fields.optional("scheduled", { $0.scheduled.map { Int($0) } }).map { Int64($0) }
  }
}
