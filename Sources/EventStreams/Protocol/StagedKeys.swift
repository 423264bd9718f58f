package import HiredisClient

/// Keys that were written beside a service's live state, and what becomes of them.
package struct StagedKeys: Sendable {
  /// Those that were staged: first the ones that last, then the ones that vanish, and may have done so already.
  package let staged: [String]
  /// What each of them becomes.
  package let live: [String]
  /// What there is nothing of any more.
  package let obsolete: [String]
  /// How many of them last.
  package let lasting: Int

  package init(staged: [String], live: [String], obsolete: [String], lasting: Int) {
    self.staged = staged
    self.live = live
    self.obsolete = obsolete
    self.lasting = lasting
  }

  /// In the order in which the functions take them.
  package var all: [String] { staged + live + obsolete }

  package func writeCounts(to commands: inout Commands) {
    commands.argument(staged.count)
    commands.argument(lasting)
    commands.argument(obsolete.count)
  }
}
