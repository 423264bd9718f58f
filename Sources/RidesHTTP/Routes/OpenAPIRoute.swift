import EventStreamsHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// What can be asked of the server, as OpenAPI 3.1 says it: for programs that make clients, and for whoever reads.
enum OpenAPIRoute {
  static func add(to routes: inout Routes) {
    routes.get("/v1/openapi.json", nil) { _, _ in
      Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json)))
    }
  }
}
