import Redis

/// What became of letters that were handled again and failed again: kept beside them, because entries of a stream can't be changed.
///
/// `rides:{s}:redriven:<service>` is a hash: letter id -> what the worker says about the last attempt; `<letter id>:attempts` -> how many
/// were made since it was redriven.
struct RedrivenLetters {
  private var fields: [Identifier: String] = [:]

  /// What is known of some letters of one shard.
  init(of letters: [DeadLetter], namespace: Namespace, service: String, shard: Int, connection: Connection) async throws
  {
    guard !letters.isEmpty else { return }
    let names = letters.flatMap { ["\($0.id)", Self.attempts(of: $0.id)] }
    fields = try Self.fields(names, await connection.call(["HMGET", namespace.redriven(shard, service)] + names))
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
