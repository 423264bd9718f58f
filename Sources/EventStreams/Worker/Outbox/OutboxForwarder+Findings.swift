import HiredisClient
import Logging

extension OutboxForwarder {
  /// Whether a shard has what it was given, by what its inbox had before; if not, all is to be read again. What the places tell of servers
  /// that went back to an earlier moment is said.
  func has(_ call: ForwardCall, _ had: EntryID) async throws -> Bool {
    guard let first = call.entries.first?.id, let last = call.entries.last?.id else { return false }
    let metadata: Logger.Metadata = [
      "shard": "\(call.shard)", "other": "\(call.target)", "sent": "\(call.sent)", "had": "\(had)",
    ]
    var again = call
    switch OutboxFinding(had: had, sent: call.sent, entries: call.entries.lazy.map(\.id)) {
    case .none: return true
    case .targetWentBack:
      // Both may have, since it was read.
      guard try await sent(call) > had else { return false }
      log.critical(
        "another shard does not have all events that this one has forwarded to it: it went back to an earlier moment, and what came since is lost there; restore it from the archive",
        metadata: metadata)
      again.disregarding = had
    case .unknownPlace:
      // In this order: who removes an entry notes that.
      if try await holds(had, call) { return false }
      guard try await sent(call) < had else { return false }
      log.critical(
        "another shard has events from this one that this one does not know of: it went back to an earlier moment; what it publishes again is recognised by the events' ids",
        metadata: metadata)
      // What comes after the place that it had it has taken.
      if first > had { return true }
      again.disregarding = max(had, last)
    }
    return try await connection.call(again) == again.disregarding
  }

  private func holds(_ entry: EntryID, _ call: ForwardCall) async throws -> Bool {
    let outbox = namespace.outbox(call.shard, service)
    let reply = try await connection.call("XRANGE", outbox, "\(entry)", "\(entry)")
    return reply.root.count > 0
  }

  private func sent(_ call: ForwardCall) async throws -> EntryID {
    let reply = try await connection.call("HGET", namespace.sent(call.shard, service), "\(call.target)")
    return EntryID(utf8: reply.root.bytes) ?? .zero
  }
}
