import EventStreams

/// The names of a file's columns, which are looked up without their case and the blanks around them.
struct CSVHeader {
  /// As they stand in the file, without the blanks around them; empty ones at the end are left out.
  let names: [String]
  private let indices: [Identifier: Int]
  private let repeated: Set<Identifier>

  init(_ fields: [String]) {
    var names = fields.map(\.withoutBlanks)
    while names.last?.isEmpty == true { names.removeLast() }
    self.names = names
    var indices: [Identifier: Int] = [:]
    var repeated: Set<Identifier> = []
    for (index, name) in names.enumerated() {
      let key = name.lowercased()
      if indices[key] == nil { indices[key] = index } else { repeated.insert(key) }
    }
    self.indices = indices
    self.repeated = repeated
  }

  /// - Parameter column: a name in small letters.
  func index(of column: String) -> Int? { indices[column] }

  func has(_ column: String) -> Bool { indices[column] != nil }

  /// A column's name as the file writes it.
  func name(of column: String) -> String { indices[column].map { names[$0] } ?? column }

  /// Whether it is there more than once, so that nobody can tell which is meant.
  func isRepeated(_ column: String) -> Bool { repeated.contains(column) }
}

extension String {
  /// Without the blanks and tabs around it.
  var withoutBlanks: String {
    guard let first = utf8.first, let last = utf8.last, first <= 0x20 || last <= 0x20 else { return self }
    let bytes = utf8.drop { $0 == 0x20 || $0 == 0x09 }
    let end = bytes.lastIndex { $0 != 0x20 && $0 != 0x09 }
    return end.map { String(Substring(bytes[...$0])) } ?? ""
  }
}
