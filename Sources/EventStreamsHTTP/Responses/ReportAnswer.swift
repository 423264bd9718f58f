public import EventStreams
import HTTPTypes
public import Hummingbird
import NIOCore

/// Rows of a report: as JSON, or as CSV for whoever asks for that; once only for whoever has them already.
public struct ReportAnswer<Row: JSONWritable & Sendable>: ResponseGenerator, Sendable {
  private let rows: [Row]
  private let unreadable: Int

  /// - Parameters:
  ///   - rows: each an object with the same fields.
  ///   - unreadable: how many events were left out, because they are not what their type says.
  public init(_ rows: [Row], unreadable: Int = 0) {
    self.rows = rows
    self.unreadable = unreadable
  }

  /// The answer as it is sent.
  public func response(from request: Request, context: some RequestContext) throws -> Response {
    let isCSV = request.headers[.accept]?.contains("text/csv") == true
    let page = ListPage(rows, next: nil as String?) { [unreadable] in $0.field("unreadable", unreadable) }
    let body = isCSV ? try Self.csv(rows) : JSONWriter.bytes(of: page)
    let tag = body.entityTag
    var headers: HTTPFields = [.eTag: tag, .cacheControl: "private, max-age=0, must-revalidate", .vary: "Accept"]
    if request.knows(tag) {
      return Response(status: .notModified, headers: headers)
    }
    headers[.contentType] = isCSV ? "text/csv; charset=utf-8; header=present" : "application/json"
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }

  /// RFC 4180: a line of the fields' names, and one for each row.
  private static func csv(_ rows: [Row]) throws(JSONError) -> [UInt8] {
    var text = ""
    for (place, row) in rows.enumerated() {
      var (names, values): ([String], [String]) = ([], [])
      var parser = JSONParser()
      let json = JSONWriter.bytes(of: row)
      try parser.parse(json.span).object().forEachField { (name, value) throws(JSONError) in
        names.append(quoted(name, isNumber: false))
        switch value.kind {
        case .null: values.append("")
        case .string: values.append(quoted(try value.string(), isNumber: false))
        default: values.append(quoted(value.text, isNumber: value.kind == .number))
        }
      }
      if place == 0 { text += names.joined(separator: ",") + "\r\n" }
      text += values.joined(separator: ",") + "\r\n"
    }
    return Array(text.utf8)
  }

  private static func quoted(_ text: String, isNumber: Bool) -> String {
    if isNumber { return text }
    // What a spreadsheet would take for a formula is text.
    let text = text.first.map { "=+-@\t\r".contains($0) } == true ? "'\(text)" : text
    guard text.utf8.contains(where: { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }
}
