/// Rows in columns as wide as they need to be; numbers to the right. Cells are made printable, each on one line.
struct Table {
  private let headings: [String]
  private var rows: [[String]] = []

  init(_ headings: String...) { self.init(headings) }
  init(_ headings: [String]) { self.headings = headings.map(\.printable) }

  mutating func add(_ cells: String...) { add(cells) }
  mutating func add(_ cells: [String]) { rows.append(cells.map(\.printable)) }

  var isEmpty: Bool { rows.isEmpty }

  /// As they are printed.
  var lines: [String] {
    let all = [headings] + rows
    let widths = headings.indices.map { column in all.map { $0[column].displayWidth }.max() ?? 0 }
    let numeric = headings.indices.map { column in
      !rows.isEmpty
        && rows.allSatisfy {
          $0[column].isEmpty || $0[column] == "-" || $0[column].first?.isNumber == true
            || ($0[column].first == "-" && $0[column].dropFirst().first?.isNumber == true)
        }
        && rows.contains { $0[column].last?.isNumber == true }
    }
    return all.map { row in
      row.indices.map { row[$0].padded(to: widths[$0], right: numeric[$0]) }
        .joined(separator: "  ").trimmingTrailingBlanks
    }
  }
}
