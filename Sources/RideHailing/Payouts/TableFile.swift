import EventStreams
import Foundation

/// A small table in a file of comma-separated values with a header: what is wrong in it is said with the file and the line.
struct TableFile {
  /// A row, by the names of its columns.
  struct Row {
    let path: String
    let line: Int
    let cells: [Identifier: String]

    /// What a column says; nil if nothing.
    subscript(column: String) -> String? { cells[column].flatMap { $0.isEmpty ? nil : $0 } }

    /// What a column has to say.
    func required(_ column: String) throws(FileMistake) -> String {
      guard let text = self[column] else { throw mistake("\(column) is missing") }
      return text
    }

    /// The same of what names something.
    func name(_ column: String) throws(FileMistake) -> String? {
      guard let text = self[column] else { return nil }
      do throws(JSONError) { try Identifier.checkName(text, column) } catch { throw mistake(error.description) }
      return text
    }

    func mistake(_ problem: String) -> FileMistake { FileMistake(path: path, line: line, problem: problem) }
  }

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - columns: those it must have.
  ///   - more: those it may have.
  ///   - most: how many rows it may have.
  static func rows(
    _ path: String, columns: [String], more: [String], most: Int
  ) throws(FileMistake) -> [Row] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileMistake(path: path, line: nil, problem: "cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var reader = CSVReader(fileDescriptor: descriptor)
    guard let first = try next(&reader, path) else {
      throw FileMistake(path: path, line: nil, problem: "is empty: its first line names the columns")
    }
    let names = first.fields.map(\.withoutBlanks)
    for column in columns where !names.contains(where: { $0.hasSameBytes(as: column) }) {
      throw FileMistake(
        path: path, line: first.line,
        problem: "has no column \(column); there are \((columns + more).joined(separator: ", "))")
    }
    for (index, name) in names.enumerated() {
      guard (columns + more).contains(where: name.hasSameBytes) else {
        throw FileMistake(
          path: path, line: first.line,
          problem: "has a column '\(name)', and there are only \((columns + more).joined(separator: ", "))")
      }
      guard !names[..<index].contains(where: name.hasSameBytes) else {
        throw FileMistake(path: path, line: first.line, problem: "has the column \(name) twice")
      }
    }
    var rows: [Row] = []
    while let row = try next(&reader, path) {
      guard row.fields.count == names.count else {
        throw FileMistake(
          path: path, line: row.line, problem: "has \(row.fields.count) columns, and the first line has \(names.count)")
      }
      guard rows.count < most else {
        throw FileMistake(path: path, line: row.line, problem: "is one row too many: there may be \(most)")
      }
      rows.append(
        Row(
          path: path, line: row.line,
          cells: Dictionary(uniqueKeysWithValues: zip(names, row.fields).map { (Identifier($0), $1.withoutBlanks) })))
    }
    return rows
  }

  private static func next(_ reader: inout CSVReader, _ path: String) throws(FileMistake) -> CSVReader.Row? {
    let row: Result<CSVReader.Row, RejectedRow>?
    do throws(ImportProblem) { row = try reader.next() } catch {
      throw FileMistake(path: path, line: nil, problem: error.description)
    }
    switch row {
    case nil: return nil
    case .success(let row): return row
    case .failure(let row): throw FileMistake(path: path, line: row.line, problem: row.reason)
    }
  }
}

/// Something is wrong in a file.
public struct FileMistake: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// Where, from 1; nil if it is the file as a whole.
  public let line: Int?
  /// What it is, for people.
  public let problem: String

  /// `payees.csv:3: iban …`
  public var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(problem)" }
}
