import HiredisClient

/// What became of letters that were handled again and failed again: kept beside them, because entries of a stream can't be changed.
///
/// `rides:{s}:redriven:<service>` is a hash: letter id -> what the worker says about the last attempt; `<letter id>:attempts` -> how many
/// were made since it was redriven.
struct RedrivenLetters {
  private var fields: [Identifier: String] = [:]

  /// What is known of some letters of one shard.
  init(of letters: [EntryID], namespace: Namespace, service: String, shard: Int, connection: Connection) async throws {
    // Mostly nothing was handled again.
    guard !letters.isEmpty, try await connection.integer(["EXISTS", namespace.redriven(shard, service)]) > 0 else {
      return
    }
    for start in stride(from: 0, to: letters.count, by: LetterReader.pageSize) {
      let names = letters[start..<min(start + LetterReader.pageSize, letters.count)].flatMap {
        ["\($0)", Self.attempts(of: $0)]
      }
      let found = try Self.fields(
        names, await connection.call(["HMGET", namespace.redriven(shard, service)] + names))
      fields.merge(found) { $1 }
    }
  }

  private static func fields(_ names: [String], _ reply: borrowing Reply) throws -> [Identifier: String] {
    try reply.root.check()
    var fields: [Identifier: String] = [:]
    for (index, name) in names.enumerated() where !reply.root[index].isNil {
      fields[Identifier(name)] = reply.root[index].lossyText
    }
    return fields
  }

  /// The letter with what is known by now: one that has failed itself is not parked any more.
  func completed(_ letter: DeadLetter) -> DeadLetter {
    guard let text = fields["\(letter.id)"], let about = try? LetterPage.about(text.utf8.span) else { return letter }
    let attempts = fields[Self.attempts(of: letter.id)].flatMap { Int($0) } ?? about.attempts
    return DeadLetter(
      name: letter.name, service: letter.service, topic: letter.topic, entryID: letter.entryID, key: letter.key,
      isParked: false,
      about: about.with(attempts: letter.about.attempts &+ attempts), json: letter.json, isReadable: letter.isReadable)
  }

  /// What it is counted by, by now.
  func completed(_ tally: LetterTally) -> LetterTally {
    fields["\(tally.id)"].flatMap { try? LetterPage.about($0.utf8.span) }.map(tally.with) ?? tally
  }

  private static func attempts(of letter: EntryID) -> String { "\(letter):attempts" }

  /// Notes that a letter has failed again: effects on `key`, which names the hash in full.
  static func failed(_ letter: EntryID, _ about: DeadLetter.About, key: String) -> Effects {
    Effects {
      $0.set(key, "\(letter)", to: about)
      $0.increment(key, attempts(of: letter), by: about.attempts)
    }
  }

  /// Forgets a letter that was handled.
  static func handled(_ letter: EntryID, key: String) -> Effects {
    Effects {
      $0.remove(key, "\(letter)")
      $0.remove(key, attempts(of: letter))
    }
  }
}
