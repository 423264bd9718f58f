/// What is wrong with a statement, where, and what might have been meant.
struct QueryMistake {
  let sql: String
  let domain: ArchiveDomain
  let mistake: StatementMistake

  var text: String { [mistake.message + place, hint].compactMap { $0 }.joined(separator: "; ") }

  /// The words from the mistake on.
  private var place: String {
    guard let offset = mistake.offset,
      let start = sql.utf8.index(sql.startIndex, offsetBy: offset, limitedBy: sql.endIndex), start < sql.endIndex
    else { return "" }
    let rest = sql[start...]
    return ", at character \(sql[..<start].count + 1): \(rest.prefix(40))\(rest.count > 40 ? "…" : "")"
  }

  private var hint: String? {
    let views = domain.views(.sqlite)
    if let name = named("no such table: ") ?? named("relation") {
      return near(name, views.map(\.name))
        ?? "there are \(views.map(\.name).joined(separator: ", ")); \(domain.advice.views)"
    }
    if let name = named("no such column: ") ?? named("column") {
      return near(name, views.flatMap { $0.columns.map(\.name) })
        ?? "text stands in 'single quotes'; for the columns \(domain.advice.views)"
    }
    return nil
  }

  /// The name that the database doesn't know, without its table: `no such table: riders`, `relation "riders" does not exist`.
  private func named(_ beginning: String) -> String? {
    var rest = mistake.message[...]
    guard rest.hasPrefix(beginning) else { return nil }
    rest = rest.dropFirst(beginning.count)
    if let end = rest.firstRange(of: " does not exist") { rest = rest[..<end.lowerBound] }
    return rest.split(separator: ".").last.map { $0.filter { !" \"".contains($0) } }
  }

  private func near(_ name: String, _ known: [String]) -> String? {
    let closest = known.map { ($0, Self.distance(name.lowercased(), $0)) }.min { $0.1 < $1.1 }
    guard let (found, distance) = closest, distance > 0, distance <= max(1, name.count / 3) else { return nil }
    return "did you mean \(found)?"
  }

  /// How many letters must change, come or go (Levenshtein).
  private static func distance(_ one: String, _ other: String) -> Int {
    let other = Array(other)
    var row = Array(0...other.count)
    for (index, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in other.indices {
        let replaced = diagonal + (letter == other[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
      }
    }
    return row[other.count]
  }
}
