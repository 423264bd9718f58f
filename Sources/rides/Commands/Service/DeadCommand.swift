import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct DeadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead", abstract: "List, show, redrive or discard dead letters.",
    discussion: """
      An event that a service can't handle goes to that service's dead letters; later events of its key are parked behind it, \
      so that their order holds. Redriving handles a key's letters again, in order; discarding one has the rest handled.

        rides dead list payment
        rides dead redrive payment --all
        rides dead discard payment 4/1775212200000-0 --yes
      """,
    subcommands: [ListCommand.self, ShowCommand.self, RedriveCommand.self, DiscardCommand.self],
    defaultSubcommand: ListCommand.self)

  /// The dead letters of one service or all.
  static func letters(_ service: String?, _ namespace: Namespace, _ dead: DeadLetters, _ inspector: Inspector)
    async throws
    -> [DeadLetter]
  {
    try await KnownServices.check(service, inspector)
    let services = if let service { [service] } else { Set(try await inspector.status().map(\.service)).sorted() }
    var letters: [DeadLetter] = []
    for service in services { letters += try await dead.list(service: service) }
    return letters
  }

  struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List dead letters, and what is parked behind them.")

    @Argument(help: "A service; all if not given.")
    var service: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var redis: NamespaceOptions

    func run() async throws {
      let (namespace, connection) = try await redis.find()
      let letters = try await DeadCommand.letters(
        service, namespace, DeadLetters(namespace: namespace, connection: connection),
        Inspector(namespace: namespace, connection: connection))
      var table = Table("SERVICE", "LETTER", "TOPIC", "KEY", "STATE", "ATTEMPTS", "REASON")
      for letter in letters {
        table.add(
          letter.service, "\(letter.name)", letter.topic, letter.key.isEmpty ? "?" : letter.key,
          letter.isParked ? "parked" : "dead", "\(letter.about.attempts)", letter.about.reason)
      }
      output.write(letters, table, empty: "there are no dead letters")
    }
  }

  struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show a dead letter with its event and errors.")

    @Argument(help: "The service.")
    var service: String

    @Argument(help: "The letter, as `list` shows it.")
    var letter: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var redis: NamespaceOptions

    func run() async throws {
      let (_, letters) = try await LetterSelection(service: service, ids: [letter], all: false).find(redis)
      for letter in letters.map({ $0.with(json: RideServices.sealing($0.json)) }) {
        if output.format == .json {
          Terminal.print(json: JSONWriter.bytes(of: letter))
          continue
        }
        Terminal.print(
          "letter      \(letter.name) of \(letter.service), shard \(letter.shard), log entry \(letter.entryID)\(letter.topic.isEmpty ? "" : " of \(letter.topic)")"
        )
        Terminal.print("key         \(letter.key)")
        Terminal.print("reason      \(letter.about.reason)")
        Terminal.print("attempts    \(letter.about.attempts)")
        if let error = letter.about.firstError { Terminal.print("first error \(error)") }
        if let error = letter.about.lastError { Terminal.print("last error  \(error)") }
        Terminal.print("given up    \(letter.about.at) by \(letter.about.worker)")
        Terminal.print("event       \(String(decoding: letter.json, as: UTF8.self))")
      }
    }
  }

  struct RedriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "redrive", abstract: "Have dead letters handled again, with all letters of their keys, in order.")

    @Argument(help: "The service.")
    var service: String

    @Argument(help: "Letters, as `list` shows them.")
    var letters: [String] = []

    @Flag(help: "All dead letters of the service.")
    var all = false

    @OptionGroup var redis: NamespaceOptions

    func run() async throws {
      let (dead, found) = try await LetterSelection(service: service, ids: letters, all: all).find(redis)
      let keys = try await dead.redrive(found)
      Terminal.print("\(service) will handle the letters of \(keys == 1 ? "one key" : "\(keys) keys") again")
      let unreadable = found.count { !$0.isReadable }
      if unreadable > 0 { throw Failure.refused("\(unreadable) letters can't be read; they can only be discarded") }
    }
  }

  struct DiscardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "discard", abstract: "Remove dead letters for good; what is parked behind them is handled.")

    @Argument(help: "The service.")
    var service: String

    @Argument(help: "Letters, as `list` shows them.")
    var letters: [String] = []

    @Flag(help: "All dead letters of the service; not what is parked behind them.")
    var all = false

    @Flag(help: "Yes, these events shall never be handled.")
    var yes = false

    @OptionGroup var redis: NamespaceOptions

    func run() async throws {
      guard yes else { throw Failure.usage("discarded events are never handled; say --yes if that is what you want") }
      let (dead, found) = try await LetterSelection(service: service, ids: letters, all: all).find(redis)
      let removed = try await dead.discard(all ? found.filter { !$0.isParked } : found)
      Terminal.print("discarded \(removed) dead letters of \(service)")
    }
  }
}

/// Which dead letters of a service a command is about.
private struct LetterSelection {
  let service: String
  let ids: [String]
  let all: Bool

  func find(_ redis: NamespaceOptions) async throws -> (DeadLetters, [DeadLetter]) {
    guard all != !ids.isEmpty else { throw Failure.usage("name letters, or say --all") }
    let (namespace, connection) = try await redis.find()
    try await KnownServices.check(service, Inspector(namespace: namespace, connection: connection))
    let dead = DeadLetters(namespace: namespace, connection: connection)
    if all { return (dead, try await dead.list(service: service)) }
    var found: [DeadLetter] = []
    for id in ids {
      let candidates = try await dead.candidates(id, service: service)
      guard let letter = candidates.first else {
        throw Failure.refused("\(service) has no dead letter \(id); see: rides dead list \(service)")
      }
      guard candidates.count == 1 else {
        let names = candidates.map(\.name.description).joined(separator: ", ")
        throw Failure.refused("\(service) has several letters \(id): say which of \(names)")
      }
      found.append(letter)
    }
    return (dead, found)
  }
}
