import EventStreams
import RideHailing
import Synchronization

/// Writes the rows of a query as they come; a table waits for all of them to know how wide it is.
final class QueryOutput: Sendable {
  private let format: ReportFormat
  private let state = Mutex(State())

  private struct State {
    var columns: [String] = []
    var rows: [[String]] = []
    var count = 0
  }

  init(format: ReportFormat) { self.format = format }

  func begin(_ columns: [String]) {
    let unique = Self.unique(columns)
    state.withLock { $0.columns = unique }
    if format == .csv { Terminal.print(CSV.row(columns)) }
  }

  func add(_ row: [QueryValue]) {
    state.withLock { state in
      state.count += 1
      switch format {
      case .csv: Terminal.print(CSV.row(row.map(\.text)))
      case .json: Terminal.print((state.count == 1 ? "[" : ",") + Self.json(row, state.columns))
      case .table: state.rows.append(row.map { ($0.text ?? "NULL").onOneLine })
      }
    }
  }

  func end() {
    state.withLock { state in
      switch format {
      case .csv: break
      case .json: Terminal.print(state.count == 0 ? "[]" : "]")
      case .table:
        var table = Table(state.columns)
        for row in state.rows { table.add(row) }
        Terminal.print(table.text)
        if state.rows.isEmpty { Terminal.line("no rows") }
      }
    }
  }

  private static func json(_ row: [QueryValue], _ columns: [String]) -> String {
    var json = JSONWriter()
    json.object { object in
      for (column, value) in zip(columns, row) { object.field(named: column, value) }
    }
    return String(decoding: json.bytes, as: UTF8.self)
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
