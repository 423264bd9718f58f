import Redis

/// Keys that were written beside a service's live state, and what becomes of them.
struct StagedKeys: Sendable {
  /// Those that were staged: first the ones that last, then the ones that vanish, and may have done so already.
  let staged: [String]
  /// What each of them becomes.
  let live: [String]
  /// What there is nothing of any more.
  let obsolete: [String]
  /// How many of them last.
  let lasting: Int

  /// In the order in which the functions take them.
  var all: [String] { staged + live + obsolete }

  func writeCounts(to commands: inout Commands) {
    commands.argument(staged.count)
    commands.argument(lasting)
    commands.argument(obsolete.count)
  }
}
