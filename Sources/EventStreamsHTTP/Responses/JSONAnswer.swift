public import EventStreams
public import HTTPTypes
public import Hummingbird
import NIOCore

/// An answer in JSON.
public struct JSONAnswer: ResponseGenerator {
  /// Its status.
  public var status: HTTPResponse.Status
  /// Header fields that belong to it.
  public var headers: HTTPFields
  private var body: [UInt8]

  /// An answer that says a value.
  public init(_ value: some JSONWritable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
    self.status = status
    self.headers = headers
    body = JSONWriter.bytes(of: value)
  }

  /// The same answer, with what a mask hides hidden.
  package func hidden(by mask: JSONMask) -> JSONAnswer {
    var answer = self
    answer.body = mask.hiding(in: body)
    return answer
  }

  /// The answer as it is sent.
  public func response(from request: Request, context: some RequestContext) -> Response {
    var headers = headers
    headers[.contentType] = "application/json"
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
