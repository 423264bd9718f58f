import ArgumentParser

struct ArchiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive", abstract: "Look at the archive, verify it, or export it.",
    discussion: """
      Analytics keeps every event in one SQLite file. The rows of a shard form a chain in the order in which they were stored: \
      `link` counts them from 1, and `hash` is the SHA-256 of the hash of the link before (32 bytes, zeros for the first), the \
      shard, the milliseconds and the sequence of the entry id (8 bytes each, unsigned, the highest byte first), and the \
      event's bytes as logged. So a changed, removed or inserted row is found.
      """,
    subcommands: [ArchiveStatusCommand.self, ArchiveVerifyCommand.self, ArchiveExportCommand.self],
    defaultSubcommand: ArchiveStatusCommand.self)
}
