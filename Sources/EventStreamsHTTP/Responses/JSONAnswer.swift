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
  /// Whether it is told by a name whether it is as it was.
  private let isTagged: Bool
  private var body: [UInt8]

  /// An answer that says a value.
  ///
  /// - Parameter isTagged: whether a client that has it already is spared its body; of no use where it says next to nothing.
  public init(
    _ value: some JSONWritable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], isTagged: Bool = true
  ) {
    self.isTagged = isTagged
    self.status = status
    self.headers = headers
    body = JSONWriter.bytes(of: value)
  }

  /// An answer that has been written before.
  init(json: [UInt8]) {
    isTagged = true
    status = .ok
    headers = [:]
    body = json
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
    if isTagged, request.method == .get || request.method == .head, status == .ok {
      let tag = body.entityTag
      headers[.eTag] = tag
      if request.knows(tag) { return Response(status: .notModified, headers: headers) }
    }
    headers[.contentType] = "application/json"
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
