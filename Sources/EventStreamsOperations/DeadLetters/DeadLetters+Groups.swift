public import EventStreams
import Redis

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
    /// How many letters were looked at.
    public let looked: Int
    /// False if there are more than are looked at for this.
    public let isWhole: Bool
  }

  /// Counts a service's letters by something that they have in common. By key that costs little however many there are; by the others it
  /// is done for so many of them as can be read within a moment.
  ///
  /// - Parameters:
  ///   - service: whose.
  ///   - aspect: what they are counted by.
  ///   - limit: how many letters are looked at, where they have to be.
  public func groups(service: String, by aspect: Aspect, lookingAt limit: Int = 20_000) async throws -> Groups {
    if aspect == .key { return try await keys(service) }
    var groups: [Identifier: Group] = [:]
    var after: LetterName?
    var looked = 0
    repeat {
      let page = try await page(service: service, after: after, limit: LetterReader.pageSize)
      for letter in page.letters {
        let value = aspect == .reason ? letter.about.reason : letter.header?.type.rawValue ?? "?"
        var group = groups[value] ?? Group(value: value, count: 0)
        group.count += 1
        group.first = min(group.first ?? letter.about.at, letter.about.at)
        group.last = max(group.last ?? letter.about.at, letter.about.at)
        groups[value] = group
      }
      looked += page.letters.count
      after = page.next
    } while after != nil && looked < limit
    return Groups(groups: Self.sorted(groups.values), looked: looked, isWhole: after == nil)
  }

  /// How many letters each key has is kept, as later events of such a key are parked.
  private func keys(_ service: String) async throws -> Groups {
    var commands = Commands()
    for shard in namespace.shards { commands.append("HGETALL", namespace.blocked(shard, service)) }
    let groups = try Self.keys(of: await connection.send(commands))
    return Groups(groups: Self.sorted(groups), looked: groups.reduce(0) { $0 + $1.count }, isWhole: true)
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
