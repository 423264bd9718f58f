import CPostgreSQL

/// A row of a result, while it is there: it must not outlive the closure that it is given to.
public struct PostgresRow {
  let result: OpaquePointer

  /// How many columns it has.
  public var count: Int { Int(PQnfields(result)) }

  /// The number of a column's type in `pg_type`.
  public func type(_ column: Int) -> UInt32 { PQftype(result, Int32(column)) }

  /// A column's bytes as the server sent them; nil for nothing.
  public func bytes(_ column: Int) -> [UInt8]? {
    guard PQgetisnull(result, 0, Int32(column)) == 0, let start = PQgetvalue(result, 0, Int32(column)) else {
      return nil
    }
    let count = Int(PQgetlength(result, 0, Int32(column)))
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// A column as text; nil for nothing.
  public func text(_ column: Int) -> String? { bytes(column).map { String(decoding: $0, as: UTF8.self) } }

  /// A whole number of 2, 4 or 8 bytes, or a truth value, of a binary result; nil for nothing.
  public func integer(_ column: Int) -> Int64? {
    guard let bytes = bytes(column), let first = bytes.first else { return nil }
    if bytes.count == 1 { return Int64(first) }
    return bytes.dropFirst().reduce(Int64(Int8(bitPattern: first))) { $0 << 8 | Int64($1) }
  }
}
