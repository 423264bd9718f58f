import ArgumentParser
import EventStreams

/// How a listing is written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json
}

/// The option of every listing.
struct OutputOptions: ParsableArguments {
  @Option(help: "table, or json for scripts.")
  var format = OutputFormat.table

  /// Writes a listing: the values as a JSON array, or the table, or a sentence if there is nothing to list.
  func write(_ values: [some JSONWritable], _ table: Table, empty: String) {
    switch format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: values))
    case .table: if values.isEmpty { Terminal.print(empty) } else { Terminal.print(table) }
    }
  }

  /// Says what was done: the values as a JSON array, or a sentence.
  func write(_ values: [some JSONWritable], _ sentence: String) {
    switch format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: values))
    case .table: Terminal.print(sentence)
    }
  }
}
