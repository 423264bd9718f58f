/// A value that a statement is given.
public enum PostgresParameter: Sendable {
  /// Nothing.
  case null
  /// A `bigint`.
  case integer(Int64)
  /// A `text`.
  case text(String)
  /// A `bytea`.
  case bytes([UInt8])

  /// Its type's number in `pg_type`.
  var type: UInt32 {
    switch self {
    case .null: 0
    case .integer: 20
    case .text: 25
    case .bytes: 17
    }
  }

  /// As the binary protocol has it; nil for nothing.
  var binary: [UInt8]? {
    switch self {
    case .null: nil
    case .integer(let number): withUnsafeBytes(of: number.bigEndian) { Array($0) }
    case .text(let text): Array(text.utf8)
    case .bytes(let bytes): bytes
    }
  }
}
