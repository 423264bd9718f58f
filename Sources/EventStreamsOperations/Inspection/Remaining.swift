import EventStreams

/// What a service has left to do, over all shards.
public struct Remaining: Sendable, Hashable, CustomStringConvertible {
  /// The service.
  public let service: String
  /// Entries that have not been delivered to it.
  public private(set) var lag = 0
  /// Entries delivered and not acknowledged.
  public private(set) var pending = 0
  /// Keys whose dead letters are to be handled again.
  public private(set) var redriving = 0
  /// Entries in its outboxes: what it has published and that is not in its shards yet.
  public private(set) var unsent = 0
  /// Entries that were removed from the log before it got them; they are not waited for.
  public private(set) var lost = 0
  /// Shards whose history it has not handled yet.
  public private(set) var inHistory = 0
  /// False if it never ran.
  public let isStarted: Bool

  init(_ service: String, groups: [GroupStatus], logs: [ShardLog]) {
    self.service = service
    for group in groups {
      lag += group.lag
      pending += group.pending
      redriving += group.redriving
      unsent += group.unsent
      lost += group.lost
      if group.historyPosition != nil { inHistory += 1 }
    }
    isStarted = groups.contains { $0.hasRun || $0.lastDelivered > .zero }
    // A shard in which it has not begun yet: a new service takes the shards one after the other.
    for log in logs where !groups.contains(where: { $0.shard == log.shard }) { lag += log.length }
  }

  var isNothing: Bool { lag == 0 && pending == 0 && redriving == 0 && unsent == 0 && inHistory == 0 && isStarted }

  /// `payment: 12 not delivered, 3 pending`
  public var description: String {
    var parts: [String] = []
    if !isStarted { parts.append("never started") }
    if lag > 0 { parts.append("\(lag) not delivered") }
    if pending > 0 { parts.append("\(pending) pending") }
    if redriving > 0 { parts.append("\(redriving) keys to redrive") }
    if unsent > 0 { parts.append("\(unsent) to forward to other shards") }
    if inHistory > 0 { parts.append("the history of \(inHistory) shards") }
    return "\(service): \(parts.joined(separator: ", "))"
  }
}
