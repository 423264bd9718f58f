public import EventStreams
import Foundation
import GRDB

/// A value of a query's result.
public enum QueryValue: Sendable, Hashable {
  /// Nothing.
  case null
  /// A whole number.
  case integer(Int64)
  /// A number with a fraction.
  case real(Double)
  /// Text.
  case text(String)
  /// Bytes.
  case bytes([UInt8])

  init(_ value: DatabaseValue) {
    self =
      switch value.storage {
      case .null: .null
      case .int64(let number): .integer(number)
      case .double(let number): .real(number)
      case .string(let text): .text(text)
      case .blob(let data): .bytes(Array(data))
      }
  }

  /// As text; bytes in hexadecimal, nil for nothing.
  public var text: String? {
    switch self {
    case .null: nil
    case .integer(let number): "\(number)"
    case .real(let number): "\(number)"
    case .text(let text): text
    case .bytes(let bytes): bytes.hexadecimal
    }
  }
}

extension QueryValue: JSONWritable {
  /// A number, a string or null; bytes as a string in hexadecimal.
  public func write(to json: inout JSONWriter) {
    switch self {
    case .null: json.null()
    case .integer(let number): json.integer(Int(number))
    case .real(let number): json.double(number)
    case .text(let text): json.string(text)
    case .bytes(let bytes): json.string(bytes.hexadecimal)
    }
  }
}
