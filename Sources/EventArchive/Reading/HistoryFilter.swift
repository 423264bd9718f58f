public import EventStreams

/// Which events of the history are wanted; all, unless something is set.
public struct HistoryFilter: Sendable {
  /// Only events of these types; of all if empty.
  public var types: [EventType] = []
  /// Only events about these subjects, whatever keys they have; of all if empty.
  public var subjects: [String] = []
  /// Only events that happened at this moment or later, by the producer's clock.
  public var happenedFrom: Timestamp?
  /// Only events that happened before this moment.
  public var happenedBefore: Timestamp?
  /// Only events that were recorded in the log at this moment or later, by the server's clock.
  public var recordedFrom: Timestamp?
  /// Only events that were recorded before this moment.
  public var recordedBefore: Timestamp?

  /// Every event.
  public init() {}

  /// Whether an event is wanted; what was recorded and is no event is wanted if all types, subjects and times are.
  func wants(_ header: EventHeader?, _ json: [UInt8], _ domain: ArchiveDomain) -> Bool {
    guard let header else { return wantsAllHeaders }
    return (types.isEmpty || types.contains(header.type)) && (subjects.isEmpty || isAbout(header, json, domain))
      && (happenedFrom.map { header.timestamp >= $0 } ?? true)
      && (happenedBefore.map { header.timestamp < $0 } ?? true)
  }

  private func isAbout(_ header: EventHeader, _ json: [UInt8], _ domain: ArchiveDomain) -> Bool {
    guard let subject = domain.subject.map({ $0.value(json.span) }) ?? header.key else { return false }
    return subjects.contains { $0.hasSameBytes(as: subject) }
  }

  private var wantsAllHeaders: Bool {
    types.isEmpty && subjects.isEmpty && happenedFrom == nil && happenedBefore == nil
  }

  /// The last place before the wanted ones.
  var after: EntryID {
    guard let recordedFrom else { return .zero }
    return EntryID(milliseconds: Self.milliseconds(recordedFrom), sequence: 0).previous
  }

  /// The last of the wanted places; nil if all that follow are wanted.
  var through: EntryID? {
    recordedBefore.map { EntryID(milliseconds: Self.milliseconds($0), sequence: 0).previous }
  }

  /// Rounded up: nothing recorded within a millisecond is known to be later than its beginning.
  private static func milliseconds(_ time: Timestamp) -> UInt64 {
    UInt64(clamping: (time.microsecondsSinceEpoch + 999) / 1000)
  }
}
