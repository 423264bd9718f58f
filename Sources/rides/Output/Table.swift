/// Rows in columns as wide as they need to be, numbers to the right: a listing or a report; the same as CSV.
///
/// On a terminal a report can have bars beside its rows, sections and sums. Cells are made printable, each on one line.
struct Table {
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

  /// Rows under a heading.
  private typealias Section = (title: String?, rows: [[Cell]])

  private let headings: [String]
  private let drawing: Drawing
  /// Whose values divide the rows into sections on a terminal.
  private let section: Int?
  private let hasSums: Bool
  private var rows: [[Cell]] = []

  init(_ headings: [String]) { self.init(headings, drawing: .nothing, section: nil, hasSums: false) }

  init(_ headings: String..., drawing: Drawing = .nothing, section: String? = nil, hasSums: Bool = false) {
    self.init(headings, drawing: drawing, section: section, hasSums: hasSums)
  }

  private init(_ headings: [String], drawing: Drawing, section: String?, hasSums: Bool) {
    self.headings = headings.map(\.printable)
    self.drawing = drawing
    self.section = section.flatMap { headings.firstIndex(of: $0) }
    self.hasSums = hasSums
  }

  mutating func add(_ texts: String...) { add(texts.map(Cell.text)) }
  mutating func add(_ cells: Cell...) { add(cells) }
  mutating func add(_ cells: [Cell]) { rows.append(cells) }

  var isEmpty: Bool { rows.isEmpty }

  /// For scripts: a heading, and the rows.
  var csv: [String] { [CSV.row(headings.map { $0.lowercased() })] + rows.map { CSV.row($0.map(\.field)) } }

  /// As they are printed: as wide as the screen at the most with what is drawn, and with no drawing where there is no screen.
  func lines(on screen: Screen? = nil) -> [String] {
    let section = screen == nil ? nil : section
    let sections = divided(by: section)
    let sums = sections.map { hasSums && screen != nil && $0.rows.count > 1 ? Self.sum($0.rows) : nil }
    let shown = headings.indices.filter { $0 != section }
    let widths = headings.indices.map { column in
      (rows + sums.compactMap(\.self)).map { $0[column].text(on: screen).displayWidth }
        .reduce(headings[column].displayWidth, max)
    }
    let isNumeric = headings.indices.map { column in rows.contains { $0[column].isNumeric } || looksNumeric(column) }
    func line(_ texts: [String]) -> String {
      shown.map { texts[$0].padded(to: widths[$0], right: isNumeric[$0]) }.joined(separator: "  ")
    }
    func text(_ cells: [Cell]) -> String { line(cells.map { $0.text(on: screen) }) }
    let room = screen.map { min(Self.longestBar, $0.width - shown.reduce(0) { $0 + widths[$1] + 2 }) } ?? 0

    var lines: [String] = []
    for ((title, rows), sum) in zip(sections, sums) {
      if !lines.isEmpty { lines.append("") }
      var titled = headings
      if title != nil { titled[shown[0]] = "" }
      lines.append(heading(line(titled), title, on: screen))
      for row in rows {
        let drawn = room >= Self.shortestBar ? draw(row, in: rows, width: room) : ""
        lines.append(drawn.isEmpty ? text(row) : "\(text(row))  \(screen?.colored(drawn) ?? drawn)")
      }
      if let sum = sum.map({ text($0).trimmingTrailingBlanks }) { lines.append(screen?.bold(sum) ?? sum) }
    }
    return lines.map(\.trimmingTrailingBlanks)
  }

  private static let longestBar = 40
  private static let shortestBar = 6

  /// The headings, in the place of the first of them a section's title if there is one.
  private func heading(_ headings: String, _ title: String?, on screen: Screen?) -> String {
    let headings = headings.trimmingTrailingBlanks
    guard let screen else { return headings }
    guard let title else { return screen.dim(headings) }
    return screen.bold(title) + screen.dim(String(headings.dropFirst(title.displayWidth)))
  }

  /// Whether texts of a column are numbers, as far as there are any.
  private func looksNumeric(_ column: Int) -> Bool {
    let texts = rows.map { $0[column].text(on: nil) }.filter { !$0.isEmpty && $0 != "-" }
    return !texts.isEmpty && texts.allSatisfy { $0.wholeMatch(of: /-?[0-9][0-9.,]*/) != nil }
  }

  private func divided(by section: Int?) -> [Section] {
    guard let section else { return [(nil, rows)] }
    return rows.reduce(into: []) { sections, row in
      let title = row[section].text(on: nil)
      if sections.last?.title != title { sections.append((title, [])) }
      sections[sections.count - 1].rows.append(row)
    }
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
