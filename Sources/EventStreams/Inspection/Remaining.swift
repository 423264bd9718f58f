/// What a service has left to do, over all shards.
public struct Remaining: Sendable, Hashable, CustomStringConvertible {
  /// The service.
  public let service: String
  /// Entries that have not been delivered to it.
  public var lag = 0
  /// Entries delivered and not acknowledged.
  public var pending = 0
  /// Keys whose dead letters are to be handled again.
  public var redriving = 0
  /// False if it has no group in a shard that has events: it never ran there.
  public var isStarted = true

  init(service: String) { self.service = service }

  var isNothing: Bool { lag == 0 && pending == 0 && redriving == 0 && isStarted }

  /// `payment: 12 not delivered, 3 pending`
  public var description: String {
    var parts: [String] = []
    if !isStarted { parts.append("never started") }
    if lag > 0 { parts.append("\(lag) not delivered") }
    if pending > 0 { parts.append("\(pending) pending") }
    if redriving > 0 { parts.append("\(redriving) keys to redrive") }
    return "\(service): \(parts.joined(separator: ", "))"
  }
}
