/// A report's rows: a table with charts on a terminal, a plain table in a pipe, or CSV.
struct ReportTable {
  /// What is drawn beside a row.
  enum Drawing {
    case nothing
    /// A bar for this column, the largest of the section as long as there is room.
    case bar(Int)
    /// A bar for a column that holds shares, 1 as long as there is room.
    case share(Int)
    /// Shades that end at each of the columns' values, the last as long as there is room.
    case shades([Int])
  }

  private let columns: [String]
  private let drawing: Drawing
  /// Whose values divide the rows into sections on a terminal.
  private let section: Int?
  private let hasSums: Bool
  private var rows: [[Cell]] = []

  init(_ columns: [String], drawing: Drawing = .nothing, section: String? = nil, hasSums: Bool = false) {
    self.columns = columns
    self.drawing = drawing
    self.section = section.flatMap { columns.firstIndex(of: $0) }
    self.hasSums = hasSums
  }

  mutating func add(_ cells: Cell...) { rows.append(cells) }

  var isEmpty: Bool { rows.isEmpty }

  /// For scripts: a heading, and the rows.
  var csv: [String] { [CSV.row(columns)] + rows.map { CSV.row($0.map(\.field)) } }

  /// Without charts.
  var plain: String {
    var table = Table(columns.map { $0.uppercased() })
    for row in rows { table.add(row.map { $0.plain.isEmpty ? "-" : $0.plain }) }
    return table.lines.joined(separator: "\n")
  }

  /// With charts, as wide as the screen at the most.
  func text(on screen: Screen) -> String {
    let shown = columns.indices.filter { $0 != section }
    let sections = divided()
    let sums = hasSums ? sections.map { Self.sum($0.rows) } : sections.map { _ in nil }
    let all = sections.flatMap(\.rows) + sums.compactMap { $0 }
    let widths = columns.indices.map { column in
      max(columns[column].displayWidth, all.map { $0[column].onScreen.displayWidth }.max() ?? 0)
    }
    let width = shown.reduce(0) { $0 + widths[$1] + 2 }
    let room = min(Self.longestBar, screen.width - width)
    func line(_ cells: [String], numeric: (Int) -> Bool) -> String {
      shown.map { cells[$0].padded(to: widths[$0], right: numeric($0)) }.joined(separator: "  ")
    }
    let numeric = columns.indices.map { column in rows.contains { $0[column].isNumeric } }

    var blocks: [String] = []
    for (index, (title, rows)) in sections.enumerated() {
      var headings = columns.map { $0.uppercased() }
      if let title { headings[shown[0]] = title }
      var heading = line(headings) { numeric[$0] }
      if let title {
        heading = screen.bold(title) + screen.dim(String(heading.dropFirst(title.count)))
      } else {
        heading = screen.dim(heading)
      }
      var lines = [heading]
      for row in rows {
        let text = line(row.map(\.onScreen)) { numeric[$0] }
        let drawn = room >= Self.shortestBar ? draw(row, in: rows, width: room) : ""
        lines.append(drawn.isEmpty ? text.trimmingTrailingBlanks : "\(text)  \(screen.colored(drawn))")
      }
      if let sum = sums[index], rows.count > 1 {
        lines.append(screen.bold(line(sum.map(\.onScreen)) { numeric[$0] }.trimmingTrailingBlanks))
      }
      blocks.append(lines.joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n\n")
  }

  private static let longestBar = 40
  private static let shortestBar = 6

  private func divided() -> [(title: String?, rows: [[Cell]])] {
    guard let section else { return [(nil, rows)] }
    var sections: [(title: String?, rows: [[Cell]])] = []
    for row in rows {
      let title = row[section].onScreen
      if sections.last?.title == title {
        sections[sections.count - 1].rows.append(row)
      } else {
        sections.append((title, [row]))
      }
    }
    return sections
  }

  private static func sum(_ rows: [[Cell]]) -> [Cell]? {
    guard let first = rows.first else { return nil }
    return first.indices.map { column in
      if column == 0 { return .text("all") }
      return rows.dropFirst().reduce(first[column] as Cell?) { sum, row in
        sum.flatMap { Cell.sum($0, row[column]) }
      }
      .flatMap { $0.isNumeric ? $0 : nil } ?? .text("")
    }
  }

  private func draw(_ row: [Cell], in rows: [[Cell]], width: Int) -> String {
    switch drawing {
    case .nothing: return ""
    case .bar(let column):
      let largest = rows.map { $0[column].magnitude }.max() ?? 0
      return largest > 0 ? Chart.bar(row[column].magnitude / largest, width: width) : ""
    case .share(let column): return Chart.bar(row[column].magnitude, width: width)
    case .shades(let columns):
      guard let last = columns.last, row[last].magnitude > 0 else { return "" }
      return Chart.shades(columns.map { row[$0].magnitude / row[last].magnitude }, width: width)
    }
  }
}
