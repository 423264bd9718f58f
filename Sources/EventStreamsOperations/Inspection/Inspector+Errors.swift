public import EventStreams
import HiredisClient

extension Inspector {
  /// What goes wrong in a service, for one reason.
  public struct ErrorCount: Sendable, Hashable, JSONWritable {
    /// What is wrong, for people.
    public let reason: String
    /// How many events are given up because of it, as far as was looked.
    public internal(set) var dead: Int
    /// How many wait for another attempt because of it, as far as was looked.
    public internal(set) var retrying: Int

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("reason", reason)
        $0.field("dead", dead)
        $0.field("retrying", retrying)
      }
    }
  }

  /// What goes wrong in a service, by reason.
  public struct Errors: Sendable {
    /// What most events fail for first.
    public let counts: [ErrorCount]
    /// False if there are more events than are looked at for this: then it is of the newest.
    public let isWhole: Bool
  }

  /// What is looked at of the events of a shard that wait for another attempt.
  private static let retriesLookedAt = 1000

  /// Counts by reason what a service has given up and what it tries again.
  public func errors(of service: String) async throws -> Errors {
    let dead = try await DeadLetters(namespace: namespace, connection: connection).groups(service: service, by: .reason)
    var counts: [Identifier: ErrorCount] = [:]
    for group in dead.groups { counts[group.value] = ErrorCount(reason: group.value, dead: group.count, retrying: 0) }
    var commands = Commands()
    for shard in namespace.shards {
      let key = namespace.retry(shard, service)
      commands.append("HLEN", key)
      commands.append("HSCAN", key, "0", "COUNT", "\(Self.retriesLookedAt)")
    }
    let (reasons, isWhole) = try Self.reasons(await connection.send(commands), namespace.shards.count)
    for reason in reasons {
      counts[reason, default: ErrorCount(reason: reason, dead: 0, retrying: 0)].retrying += 1
    }
    let sorted = counts.values.sorted {
      ($1.dead + $1.retrying, Identifier($0.reason)) < ($0.dead + $0.retrying, Identifier($1.reason))
    }
    return Errors(counts: sorted, isWhole: dead.isWhole && isWhole)
  }

  private static func reasons(
    _ replies: borrowing Replies, _ shards: Int
  ) throws -> (reasons: [String], isWhole: Bool) {
    try replies.check()
    var reasons: [String] = []
    var isWhole = true
    for shard in 0..<shards {
      let fields = replies[2 * shard + 1][1]
      for index in stride(from: 1, to: fields.count, by: 2) {
        if let reason = failures(of: fields[index])?.lastError { reasons.append(reason) }
      }
      isWhole = isWhole && fields.count / 2 >= replies[2 * shard].lenientInteger ?? 0
    }
    return (reasons, isWhole)
  }
}
