/// Rows in columns as wide as they need to be; numbers to the right.
struct Table {
  private let headings: [String]
  private var rows: [[String]] = []

  init(_ headings: String...) { self.headings = headings }
  init(_ headings: [String]) { self.headings = headings }

  mutating func add(_ cells: String...) { rows.append(cells) }
  mutating func add(_ cells: [String]) { rows.append(cells) }

  var isEmpty: Bool { rows.isEmpty }

  var text: String {
    let all = [headings] + rows
    let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let numeric = headings.indices.map { column in
      !rows.isEmpty
        && rows.allSatisfy {
          $0[column].isEmpty || $0[column] == "-" || $0[column].first?.isNumber == true
            || ($0[column].first == "-" && $0[column].dropFirst().first?.isNumber == true)
        }
        && rows.contains { $0[column].last?.isNumber == true }
    }
    return all.map { row in
      row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return numeric[column] ? padding + row[column] : row[column] + padding
      }
      .joined(separator: "  ").trimmingTrailingBlanks
    }
    .joined(separator: "\n")
  }
}

extension String {
  fileprivate var trimmingTrailingBlanks: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
