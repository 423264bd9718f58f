import ArgumentParser
import EventStreams

/// How a listing is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  /// For people: aligned columns.
  case table
  /// For programs: JSON.
  case json
}

struct OutputOptions: ParsableArguments {
  @Option(help: "How to print: table for people, json for programs.")
  var format: OutputFormat = .table

  var isJSON: Bool { format == .json }
}

/// Prints JSON to standard output.
enum JSONOutput {
  /// One value on one line.
  static func show(_ value: some JSONWritable) {
    Terminal.write(JSONWriter.bytes(of: value) + [0x0a], to: 1)
  }

  /// An array, with each element on a line of its own.
  static func show(_ elements: [some JSONWritable]) {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    for (index, element) in elements.enumerated() {
      bytes.append(contentsOf: index > 0 ? [UInt8(ascii: ","), 0x0a] : [0x0a])
      bytes.append(contentsOf: JSONWriter.bytes(of: element))
    }
    if !elements.isEmpty { bytes.append(0x0a) }
    bytes.append(contentsOf: [UInt8(ascii: "]"), 0x0a])
    Terminal.write(bytes, to: 1)
  }
}

/// An object that is written field by field.
struct JSONFields: JSONWritable {
  let body: (inout JSONWriter) -> Void

  init(_ body: @escaping (inout JSONWriter) -> Void) { self.body = body }

  func write(to json: inout JSONWriter) { json.object(body) }
}
