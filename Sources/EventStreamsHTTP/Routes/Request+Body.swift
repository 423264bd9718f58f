package import EventStreams
import HTTPTypes
package import Hummingbird
import NIOCore

extension Request {
  /// The whole body.
  ///
  /// - Throws: a `Problem` if it is longer.
  package func bytes(upTo limit: Int) async throws -> [UInt8] {
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Self.tooLarge(limit) }
    var bytes: [UInt8] = []
    do {
      for try await buffer in body {
        guard bytes.count + buffer.readableBytes <= limit else { throw Self.tooLarge(limit) }
        bytes.append(contentsOf: buffer.readableBytesView)
      }
    } catch  where Task.isCancelled && !(error is Problem) {
      // What is cancelled gets no more of it, by an error or as if it had ended.
    }
    if Task.isCancelled { throw Problem(.requestTimeout, .tooLate, "the body did not come in time") }
    return bytes
  }

  static func tooLarge(_ limit: Int) -> Problem {
    Problem(.contentTooLarge, .tooLarge, "the body is longer than \(limit) bytes")
  }

  /// The body as JSON.
  func json<Value>(
    upTo limit: Int, _ read: (borrowing JSONValue) throws(JSONError) -> Value
  ) async throws -> Value {
    let type = mediaType
    guard type == "application/json" || type.isEmpty else {
      throw Problem(.unsupportedMediaType, .unsupportedMediaType, "send application/json, not \(type)")
    }
    let bytes = try await bytes(upTo: limit)
    var parser = JSONParser()
    do throws(JSONError) {
      return try read(parser.parse(bytes.span))
    } catch {
      throw Problem(error)
    }
  }

  /// The fields of a body that is a JSON object.
  package func jsonFields() async throws -> JSONFields {
    try await json(upTo: ServerSettings.Limit.line) { (json) throws(JSONError) in try JSONFields(from: json) }
  }

  /// What makes sending the request again harmless; nil if it doesn't say.
  package var idempotencyKey: String? { headers[.idempotencyKey] }

  /// The trace that what comes of it belongs to: of what is being recorded, or else as the request says; nil if it doesn't.
  package var trace: TraceContext? { .current ?? sentTrace }

  /// The trace that it says it belongs to. One that nobody can read is not passed on, and no reason to refuse anything.
  var sentTrace: TraceContext? { TraceContext(reading: headers[.traceparent], headers[.tracestate]) }

  /// For how many seconds the client would rather wait for what comes of it than be told at once that it was taken (RFC 7240); nil if it doesn't say.
  package var preferredWait: Int? {
    for preference in headers[values: .prefer].flatMap({ $0.split(separator: ",") }) {
      let parts = preference.split(separator: "=").map { $0.filter { $0 != " " && $0 != "\"" } }
      if parts.count == 2, parts[0].lowercased() == "wait", let seconds = Int(parts[1]), seconds > 0 {
        return min(seconds, ServerSettings.longestWait)
      }
    }
    return nil
  }

  /// The type of the body, without its parameters; empty if none is given.
  var mediaType: String {
    let type = (headers[.contentType] ?? "").prefix { $0 != ";" }
    return type.filter { !$0.isWhitespace }.lowercased()
  }
}
