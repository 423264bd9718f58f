import Foundation
import Hummingbird
import Logging
import NIOCore

/// What `scripts/bench --http` holds the server of rides against: Hummingbird with nothing around it. `GET /hello` says so, `POST /echo` sends
/// back what it gets. It prints its port when it listens.
@main
struct BenchmarkServer {
  static func main() async throws {
    let router = Router()
    router.get("/hello") { _, _ in "hello" }
    router.post("/echo") { request, _ in
      Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: try await request.body.collect(upTo: 1024 * 1024)))
    }
    var log = Logger(label: "reference")
    log.logLevel = .error
    let application = Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0), backlog: 1024),
      onServerRunning: { FileHandle.standardOutput.write(Data("\($0.localAddress?.port ?? 0)\n".utf8)) }, logger: log)
    try await application.run()
  }
}
