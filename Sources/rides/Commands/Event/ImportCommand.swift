public import ArgumentParser
import EventStreams
import Foundation
public import RideHailing

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Import real trips: each becomes RIDE_REQUESTED and RIDE_COMPLETED, or RIDE_CANCELLED.",
    discussion: """
      Formats: \(ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")). Files are text in UTF-8 with commas between \
      the columns; the names of columns may be in any case. A time is written with the year first and in four digits; it is \
      of the city's clock unless a zone is written. Trips before 2000, or in the future, are rejected.

      Rides that did not take place are imported as such where a file has them, with the fee that was paid (mexico-city, gett). \
      Gett's file has times without a day: say which with --date.

      Each row that is read is imported, rejected, or voided: of New York's taxis, a row whose fare is below zero takes back \
      the trip of another row, and both are left out. To find such pairs the whole file is read first. Empty cells beyond \
      the last column are passed over; any other number of cells than the header has is rejected. Rows that are no \
      completed, paid ride can be written to a file, one JSON object per line with the line, the column, the reason and the \
      row. Importing a file again adds nothing. Exit status 1 if no row is a ride.

        rides import --format nyc-taxis taxis.csv --rejects rejects.ndjson
        gunzip -c trips.csv.gz | rides import --format chicago --dry-run -
      """)

  @Option(help: "The file's format.")
  var format: ImportFormat

  @Argument(help: "A CSV file; - for standard input.")
  var file: String

  @Flag(help: "Print the events as NDJSON instead of publishing them.")
  var dryRun = false

  @Option(help: "Write the rows that are no rides to this file.")
  var rejects: String?

  @Flag(help: "Exit with 1 if any row was rejected.")
  var strict = false

  @Option(help: "The currency, for a format that names none.")
  var currency: String?

  @Option(help: "The day, for a format that names none: 2020-01-31.")
  var date: String?

  @Flag(help: "Print the summary as JSON.")
  var json = false

  @OptionGroup var redis: NamespaceOptions

  private static let batchSize = 500

  func run() async throws {
    let money = try currency.map { code in
      guard let currency = Currency(code) else { throw Failure.usage("'\(code)' is not an ISO 4217 currency code") }
      return currency
    }
    let descriptor = try InputFile.open(file)
    var rides: RideImport
    do throws(ImportProblem) {
      rides = try RideImport(format: format, fileDescriptor: descriptor, currency: money, date: date)
    } catch {
      throw Failure.usage("\(file): \(error)")
    }
    var rejections = try rejects.map { try LineOutput(path: $0) }
    var counts = ImportSummary()

    func nextBatch() throws -> [EncodedEvent]? {
      var batch: [EncodedEvent] = []
      while batch.count < Self.batchSize, let item = try rides.next() {
        switch item {
        case .voided: counts.voided += 1
        case .rejected(let row):
          counts.reject(row)
          try rejections?.write(json: JSONWriter.bytes(of: row))
        case .cancelled(let events):
          counts.imported += 1
          counts.cancelled += 1
          batch += events
        case .ride(let requested, let completed):
          counts.imported += 1
          batch.append(EncodedEvent(requested.event, timestamp: requested.at))
          batch.append(EncodedEvent(completed.event, timestamp: completed.at))
        }
      }
      return batch.isEmpty ? nil : batch
    }

    if dryRun {
      var lines = try LineOutput()
      while let batch = try nextBatch() {
        for event in batch { try lines.write(json: event.json) }
      }
      try lines.finish()
    } else {
      let (namespace, connection) = try await redis.open()
      counts.events = try await PublishRun(publisher: Publisher(namespace: namespace, connection: connection)).run {
        try nextBatch()
      }
    }
    try rejections?.finish()
    show(counts)
    if counts.imported == 0 || counts.different > 0 || strict && counts.rejected > 0 { throw ExitCode(1) }
  }

  private func show(_ counts: ImportSummary) {
    if dryRun {
      Terminal.line(counts.text)
    } else if json {
      Terminal.print(json: JSONWriter.bytes(of: counts))
    } else {
      Terminal.print(counts.text)
    }
    if let first = counts.firstRejected, rejects == nil {
      let field = first.field.map { "\($0) " } ?? ""
      Terminal.error(
        "line \(first.line): \(field)\(first.reason)\(counts.rejected > 1 ? "; all with --rejects FILE" : "")")
    }
  }
}

extension ImportFormat: ExpressibleByArgument {}
