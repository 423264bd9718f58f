/// Where in the log a new service begins.
public enum StartPosition: Sendable, Hashable {
  /// With the first event the log holds.
  case beginning
  /// With the first event after now.
  case now
  /// After this entry, in every shard.
  case after(EntryID)
  /// With the first event recorded at or after this moment.
  case time(Timestamp)

  /// The id that `XGROUP CREATE` wants: the last entry that is not delivered.
  var groupID: String {
    switch self {
    case .beginning: return "0"
    case .now: return "$"
    case .after(let id): return id.description
    case .time(let time):
      let milliseconds = UInt64(clamping: time.microsecondsSinceEpoch / 1000)
      return milliseconds == 0 ? "0" : EntryID(milliseconds: milliseconds - 1, sequence: .max).description
    }
  }
}
