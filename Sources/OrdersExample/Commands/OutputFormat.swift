import ArgumentParser
import EventStreams

/// How a listing is written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json

  /// Writes facts, one per line.
  func write(_ facts: [Fact]) {
    switch self {
    case .json: print(String(decoding: JSONWriter.bytes(of: facts), as: UTF8.self))
    case .table:
      let width = facts.map(\.name.count).max() ?? 0
      for fact in facts { print(fact.name + String(repeating: " ", count: width - fact.name.count), fact.value) }
    }
  }
}

/// Something with a name, as commands show it.
struct Fact: JSONWritable {
  let name: String
  let value: String

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("name", name)
      $0.field("value", value)
    }
  }
}
