public import ArgumentParser
import EventStreams
import Foundation
public import RideHailing

struct Import: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Import real trips: each becomes RIDE_REQUESTED and RIDE_COMPLETED.",
    discussion: """
      Formats: \(ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")).
      Rows that are no completed, paid ride are counted and can be written to a file, one JSON object per line with the
      line, the column, the reason and the row. Importing a file again adds nothing.

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

  @Flag(help: "Print the summary as JSON.")
  var json = false

  @OptionGroup var redis: TopicOptions

  private static let batchSize = 500

  func run() async throws {
    let money = try currency.map { code in
      guard let currency = Currency(code) else { throw Failure.usage("'\(code)' is not an ISO 4217 currency code") }
      return currency
    }
    var rides: RideImport
    do {
      rides = try RideImport(format: format, fileDescriptor: try InputFile.open(file), currency: money)
    } catch let problem as RideImport.FileProblem {
      throw Failure.usage("\(file): \(problem)")
    }
    let rejections = try rejects.map { try RejectsFile($0) }
    var rejected = 0

    func nextBatch() throws -> [EncodedEvent]? {
      var batch: [EncodedEvent] = []
      while batch.count < Self.batchSize, let item = try rides.next() {
        switch item {
        case .rejected(let row):
          rejected += 1
          try rejections?.write(row)
        case .ride(let requested, let completed):
          batch.append(EncodedEvent(requested.event, timestamp: requested.at))
          batch.append(EncodedEvent(completed.event, timestamp: completed.at))
        }
      }
      return batch.isEmpty ? nil : batch
    }

    var different = 0
    if dryRun {
      while let batch = try nextBatch() {
        for event in batch { Terminal.print(json: event.json) }
      }
      Terminal.error("\(rejected) rows rejected")
    } else {
      let (topic, connection) = try await redis.open()
      var summary = try await PublishRun(publisher: Publisher(topic: topic, connection: connection)).run {
        try nextBatch()
      }
      summary.rejected = rejected
      different = summary.different
      if json { Terminal.print(json: JSONWriter.bytes(of: summary)) } else { Terminal.print(summary.text) }
    }
    try rejections?.close()
    if different > 0 || strict && rejected > 0 { throw ExitCode(1) }
  }
}

extension ImportFormat: ExpressibleByArgument {}

/// The file that rejected rows are written to.
private final class RejectsFile {
  private let handle: FileHandle

  init(_ path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path)
    else {
      throw Failure.usage("cannot write \(path): \(String(cString: strerror(errno)))")
    }
    self.handle = handle
  }

  func write(_ row: RejectedRow) throws {
    try handle.write(contentsOf: Data(JSONWriter.bytes(of: row) + [UInt8(ascii: "\n")]))
  }

  func close() throws { try handle.close() }
}
