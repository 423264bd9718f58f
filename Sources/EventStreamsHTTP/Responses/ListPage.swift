public import EventStreams

/// A part of a list, and where the next goes on.
public struct ListPage<Element: JSONWritable>: JSONWritable {
  let data: [Element]
  let next: String?
  /// Fields besides.
  let more: @Sendable (inout JSONWriter) -> Void

  /// A page.
  ///
  /// - Parameters:
  ///   - data: what it holds.
  ///   - next: the place that the next page goes on from; nil if this is the last.
  ///   - more: writes fields besides.
  public init(
    _ data: [Element], next: (some CustomStringConvertible)?,
    more: @escaping @Sendable (inout JSONWriter) -> Void = { _ in }
  ) {
    self.data = data
    self.next = next.map { Cursor.text(of: $0.description) }
    self.more = more
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("data", data)
      $0.field("hasMore", next != nil)
      $0.field("nextCursor", next)
      more(&$0)
    }
  }
}
