import ArgumentParser

/// Which archive is read, and how the answer is written: the options of every report.
struct ArchiveOptions: ParsableArguments {
  @Option(help: "The SQLite file of analytics.")
  var archive = ".rides/archive.sqlite"

  @Option(help: "table, csv, or json.")
  var format = ReportFormat.table
}
