public import EventStreams
import HiredisClient

extension DeadLetters {
  /// A part of a service's dead letters.
  public struct Page: Sendable {
    /// In the order of their names: by shard, the oldest first.
    public let letters: [DeadLetter]
    /// Where the next page goes on; nil if this is the last.
    public let next: LetterName?
  }

  /// What one call looks at: a filter that little matches comes back with what it has found until then, and where to go on.
  private static let lookedAtAtMost = 20_000

  /// A page of a service's letters.
  ///
  /// - Parameters:
  ///   - service: whose.
  ///   - filter: which.
  ///   - after: only those after this one.
  ///   - last: only those whose id is not after this, in whichever shard: what was there at a moment.
  ///   - limit: at most so many. There may be fewer though others follow.
  public func page(
    service: String, _ filter: LetterFilter = LetterFilter(), after: LetterName? = nil, through last: EntryID? = nil,
    limit: Int
  ) async throws -> Page {
    var letters: [DeadLetter] = []
    var looked = 0
    var after = after
    for shard in (after?.shard ?? 0)..<max(namespace.shardCount, after?.shard ?? 0) {
      var place = after?.shard == shard ? after?.id : nil
      while true {
        let size = filter.isOfAll ? min(limit - letters.count + 1, LetterReader.pageSize) : LetterReader.pageSize
        let page = try await reader.page(service, shard, after: place, limit: size)
        for letter in page {
          if let last, letter.id > last { break }
          if letters.count == limit || looked == Self.lookedAtAtMost { return Page(letters: letters, next: after) }
          looked += 1
          after = letter.name
          if filter.matches(letter) { letters.append(letter) }
        }
        guard page.count == size, let end = page.last, end.id <= last ?? end.id else { break }
        place = end.id
      }
    }
    return Page(letters: letters, next: nil)
  }

  /// All letters that a filter means, as they were at a moment, without their events, which would be much of many.
  ///
  /// - Parameters:
  ///   - service: whose.
  ///   - filter: which.
  ///   - last: those whose id is not after this, in whichever shard.
  public func all(service: String, _ filter: LetterFilter, through last: EntryID) async throws -> [DeadLetter] {
    var letters: [DeadLetter] = []
    var after: LetterName?
    while true {
      let page = try await page(
        service: service, filter, after: after, through: last, limit: Self.lookedAtAtMost)
      letters += page.letters.map { $0.with(json: []) }
      guard let next = page.next else { return letters }
      after = next
    }
  }

  /// The id of a service's last letter, over all shards: what comes later has a greater one. `0-0` if there is none.
  public func last(service: String) async throws -> EntryID {
    var commands = Commands()
    for shard in namespace.shards {
      commands.append("XREVRANGE", namespace.dead(shard, service), "+", "-", "COUNT", "1")
    }
    return try Self.last(of: await connection.send(commands))
  }

  private static func last(of replies: borrowing Replies) throws -> EntryID {
    try replies.check()
    var last = EntryID.zero
    for shard in 0..<replies.count { last = max(last, EntryID(utf8: replies[shard][0][0].bytes) ?? .zero) }
    return last
  }
}
