import ArgumentParser

struct ArrearsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "arrears", abstract: "Show what riders owe, give it up, or charge it to another card.",
    discussion: """
      What could not be charged is owed, in the ride's city. It is collected there when the card is tried again, with the next ride that is paid, \
      out of what is paid into the wallet, and when the card changes; it is given up when somebody says so, and when the ride is closed.

        rides arrears --city Paris
        rides arrears write-off sim-1-42 --reason "not worth a letter"
        rides arrears card r-1 pm_1Pq… --city Paris
      """,
    subcommands: [ArrearsListCommand.self, ArrearsWriteOffCommand.self, ArrearsCardCommand.self],
    defaultSubcommand: ArrearsListCommand.self)
}
