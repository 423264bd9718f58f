import EventStreams
import HTTPTypes
import Hummingbird
import NIOCore

extension Problem {
  /// The answer to a client that is no browser.
  func response(to request: Request, id: String) -> Response {
    let body = Body(problem: self, requestID: id, instance: request.uri.path)
    var headers = headers
    headers[.contentType] = "application/problem+json"
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSONWriter.bytes(of: body))))
  }

  private struct Body: JSONWritable {
    let problem: Problem
    let requestID: String
    let instance: String

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("type", problem.code.path)
        $0.field("title", problem.code.title)
        $0.field("status", problem.status.code)
        $0.field("detail", problem.detail)
        $0.field("instance", instance)
        $0.field("code", problem.code.rawValue)
        $0.field("requestId", requestID)
        $0.field("retryable", problem.isRetryable)
        if !problem.errors.isEmpty { $0.field("errors", problem.errors) }
      }
    }
  }
}
