import EventArchive
import EventStreams
import RideHailing
import Synchronization

/// Writes the rows of a query as they come; a table waits for all of them to know how wide it is.
final class QueryOutput: Sendable {
  private let format: ReportFormat
  private let state: Mutex<State>

  private struct State {
    var columns: [String] = []
    var table = Table([])
    var count = 0
    var output: LineOutput
  }

  init(format: ReportFormat) throws {
    self.format = format
    state = Mutex(State(output: try LineOutput()))
  }

  func begin(_ columns: [String]) throws {
    try state.withLock { state in
      state.columns = Self.unique(columns)
      state.table = Table(columns)
      if format == .csv { try state.output.write(CSV.row(columns)) }
    }
  }

  func add(_ row: [QueryValue]) throws {
    try state.withLock { state in
      state.count += 1
      switch format {
      case .csv: try state.output.write(CSV.row(row.map(Self.field)))
      case .json:
        let start = UInt8(ascii: state.count == 1 ? "[" : ",")
        try state.output.write(json: [start] + Self.json(row, state.columns))
      case .table: state.table.add(row.map { .text($0.text ?? "NULL") })
      }
    }
  }

  func end() throws {
    try state.withLock { state in
      switch format {
      case .csv: break
      case .json: try state.output.write(state.count == 0 ? "[]" : "]")
      case .table:
        Terminal.print(state.table)
        if state.table.isEmpty { Terminal.line("no rows") }
      }
      try state.output.finish()
    }
  }

  private static func field(_ value: QueryValue) -> CSV.Field {
    switch value {
    case .integer, .real: .number(value.text)
    case .null, .text, .bytes: .text(value.text)
    }
  }

  private static func json(_ row: [QueryValue], _ columns: [String]) -> [UInt8] {
    var json = JSONWriter()
    json.object { object in
      for (column, value) in zip(columns, row) { object.field(named: column, value) }
    }
    return json.bytes
  }

  /// Names of an object's fields must differ: the second `a` becomes `a_2`.
  private static func unique(_ columns: [String]) -> [String] {
    var seen: [Identifier: Int] = [:]
    return columns.map { column in
      seen[column, default: 0] += 1
      return seen[column] == 1 ? column : "\(column)_\(seen[column] ?? 1)"
    }
  }
}
