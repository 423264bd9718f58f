import ArgumentParser

/// Which archive is read, and how the answer is written: the options of every report.
struct ReportSource: ParsableArguments {
  @Option(help: "The archive of analytics: an SQLite file, or postgres://user@host/database.")
  var archive = ArchiveOptions.usualPath

  @Option(help: "table, csv, or json.")
  var format = ReportFormat.table
}
