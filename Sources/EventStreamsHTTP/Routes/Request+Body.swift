import EventStreams
import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
  /// The whole body.
  ///
  /// - Throws: a `Problem` if it is longer.
  func bytes(upTo limit: Int) async throws -> [UInt8] {
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Self.tooLarge(limit) }
    var bytes: [UInt8] = []
    for try await buffer in body {
      guard bytes.count + buffer.readableBytes <= limit else { throw Self.tooLarge(limit) }
      bytes.append(contentsOf: buffer.readableBytesView)
    }
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

  /// The type of the body, without its parameters; empty if none is given.
  var mediaType: String {
    let type = (headers[.contentType] ?? "").prefix { $0 != ";" }
    return type.filter { !$0.isWhitespace }.lowercased()
  }
}
