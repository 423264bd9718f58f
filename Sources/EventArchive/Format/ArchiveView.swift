public import EventStreams

/// A view of the archive, for people who query it in SQL: money in minor units, times in UTC as ISO 8601.
///
/// Views read events as they were written: databases know no upcasters. When a type's shape changes, the expressions here must read the
/// older shapes as well (`coalesce(new, old)`); the reports, which read events as services do, need nothing.
///
/// A column's meaning stands beside its expression, so that what is documented is what there is.
public struct ArchiveView: Sendable {
  /// A column of a view.
  public struct Column: Sendable {
    /// What queries call it.
    public let name: String
    /// What it means, with its unit.
    public let meaning: String
    let expression: String

    /// A column.
    ///
    /// - Parameters:
    ///   - name: what queries call it.
    ///   - expression: in SQL, over `events`.
    ///   - meaning: what it means, with its unit.
    public init(_ name: String, _ expression: String, _ meaning: String) {
      self.name = name
      self.expression = expression
      self.meaning = meaning
    }
  }

  /// What queries call it.
  public let name: String
  /// What a row is.
  public let meaning: String
  /// Its columns, in order.
  public let columns: [Column]
  /// What follows FROM.
  let source: String

  /// A view.
  ///
  /// - Parameters:
  ///   - name: what queries call it.
  ///   - meaning: what a row is.
  ///   - source: what follows FROM, in SQL.
  ///   - columns: in order.
  public init(_ name: String, _ meaning: String, from source: String, _ columns: [Column]) {
    self.name = name
    self.meaning = meaning
    self.source = source
    self.columns = columns
  }

  /// The statement that makes it.
  var definition: String {
    let list = columns.map { "\($0.expression) AS \($0.name)" }.joined(separator: ",\n  ")
    return "CREATE VIEW \(name) AS SELECT\n  \(list)\nFROM \(source)"
  }
}

extension ArchiveView: JSONWritable {
  /// `{"view":…,"meaning":…,"columns":[{"column":…,"meaning":…},…]}`
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("view", name)
      $0.field("meaning", meaning)
      $0.field("columns", columns)
    }
  }
}

extension ArchiveView.Column: JSONWritable {
  /// `{"column":…,"meaning":…}`
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("column", name)
      $0.field("meaning", meaning)
    }
  }
}
