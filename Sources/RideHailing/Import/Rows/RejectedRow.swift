public import EventStreams

/// A row of a file that is no ride, and why.
public struct RejectedRow: Error, Sendable, Hashable, JSONWritable {
  /// The physical line it begins on; the header is line 1.
  public let line: Int
  /// The column that is wrong; nil if the row as a whole is.
  public let field: String?
  /// What is wrong with it.
  public let reason: String
  /// The row as it stands in the file.
  public let text: String

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("line", line)
      $0.field("field", field)
      $0.field("reason", reason)
      $0.field("row", text)
    }
  }
}
