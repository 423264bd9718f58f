/// The rows of a report.
public struct ArchiveReport<Row: Sendable>: Sendable {
  /// The rows, in the order they are shown.
  public let rows: [Row]
  /// Events that were left out because their data is not what their type says.
  public let unreadable: Int
}
