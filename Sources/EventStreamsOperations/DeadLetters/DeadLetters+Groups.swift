public import EventStreams
import HiredisClient

extension DeadLetters {
  /// What dead letters are counted by.
  public enum Aspect: String, Sendable, CaseIterable {
    /// Why they are dead.
    case reason
    /// The type of their event.
    case type
    /// What their event is ordered by.
    case key
  }

  /// Letters that have something in common.
  public struct Group: Sendable, Hashable, JSONWritable {
    /// What they have in common.
    public let value: String
    /// How many there are.
    public internal(set) var count: Int
    /// When the first was given up; nil where that was not looked at.
    public internal(set) var first: Timestamp?
    /// When the last was given up.
    public internal(set) var last: Timestamp?

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("value", value)
        $0.field("count", count)
        $0.field("first", first)
        $0.field("last", last)
      }
    }
  }

  /// Letters by what they have in common.
  public struct Groups: Sendable {
    /// The largest first.
    public let groups: [Group]
    /// How many letters were looked at: all, or the newest of each shard, as many of it as it has its share of all.
    public let looked: Int
    /// How many there are.
    public let total: Int
    /// False if there are more than are looked at for this.
    public var isWhole: Bool { looked >= total }
  }

  /// Counts a service's letters by something that they have in common. By key that costs little however many there are; by the others it
  /// is done for as many of them as can be read within a moment: the newest.
  ///
  /// - Parameters:
  ///   - service: whose.
  ///   - aspect: what they are counted by.
  ///   - limit: how many letters are looked at, where they have to be.
  public func groups(service: String, by aspect: Aspect, lookingAt limit: Int = 5_000) async throws -> Groups {
    if aspect == .key { return try await keys(service) }
    var commands = Commands()
    for shard in namespace.shards { commands.append("XLEN", namespace.dead(shard, service)) }
    let lengths = try await connection.answers(to: commands).map { $0 ?? 0 }
    let total = lengths.reduce(0, +)
    var groups: [Identifier: Group] = [:]
    var looked = 0
    for (shard, length) in zip(namespace.shards, lengths) where length > 0 {
      let share = total <= limit ? length : max(1, limit * length / total)
      for letter in try await reader.newest(service, shard, limit: share, withTypes: aspect == .type) {
        let value = aspect == .reason ? letter.reason : letter.type?.rawValue ?? "?"
        var group = groups[value] ?? Group(value: value, count: 0)
        group.count += 1
        group.first = min(group.first ?? letter.at, letter.at)
        group.last = max(group.last ?? letter.at, letter.at)
        groups[value] = group
        looked += 1
      }
    }
    return Groups(groups: Self.sorted(groups.values), looked: looked, total: max(total, looked))
  }

  /// How many letters each key has is kept, as later events of such a key are parked.
  private func keys(_ service: String) async throws -> Groups {
    var commands = Commands()
    for shard in namespace.shards { commands.append("HGETALL", namespace.blocked(shard, service)) }
    let groups = try Self.keys(of: await connection.send(commands))
    let count = groups.reduce(0) { $0 + $1.count }
    return Groups(groups: Self.sorted(groups), looked: count, total: count)
  }

  private static func keys(of replies: borrowing Replies) throws -> [Group] {
    try replies.check()
    var groups: [Group] = []
    for shard in 0..<replies.count {
      for (key, count) in [Identifier: String](alternating: try replies[shard].strings()) {
        groups.append(Group(value: key.text, count: Int(count) ?? 0))
      }
    }
    return groups
  }

  private static func sorted(_ groups: some Collection<Group>) -> [Group] {
    groups.sorted { ($1.count, Identifier($0.value)) < ($0.count, Identifier($1.value)) }
  }
}
