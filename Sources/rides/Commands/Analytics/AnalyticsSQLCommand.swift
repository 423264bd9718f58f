import ArgumentParser
import EventArchive
import EventStreams
import RideHailing

struct AnalyticsSQLCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sql", abstract: "Query the archive in SQL; nothing can be changed.",
    discussion: """
      One statement that reads: SELECT, WITH, VALUES or EXPLAIN, in SQLite's SQL, on the views that `rides analytics views` lists: \
      \(ArchiveView.rideViews.map(\.name).joined(separator: ", ")). Money is in minor units, times are in UTC. Ctrl-C ends it.

        rides analytics sql "SELECT city, count(*) AS rides FROM rides GROUP BY city ORDER BY rides DESC"
        rides analytics sql "SELECT reason, count(*) FROM payments WHERE NOT captured GROUP BY reason" --format csv
      """)

  @Argument(help: "The statement.")
  var statement: String

  @OptionGroup var source: ReportSource

  func run() async throws {
    let output = try QueryOutput(format: source.format)
    try await ArchiveQuery(path: source.archive, of: ChosenServices.list.archive).run(
      statement, onColumns: { try output.begin($0) }, onRow: { try output.add($0) })
    try output.end()
  }
}
