import EventStreams
import EventStreamsHTTP
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import RedisTestSupport
import Testing

@testable import OrdersExample

@Suite("The shop's pages") struct ShopPageTests {
  @Test("are those of any domain: an order is published, found, and shown with the services that it waits for")
  func serves() async throws {
    try await withRedis { redis in
      var log = Logger(label: "test")
      log.logLevel = .critical
      let server = try Shop.server(at: .tcp(host: "127.0.0.1", port: 0), "orders", redis.url, log)
      try await server.tested.test(.live) { client in
        let order =
          #"{"type":"ORDER_PLACED","timestamp":"2026-04-03T10:30:00Z","data":{"orderId":"ORD-1","userId":"USR-789","amount":1500,"items":["item_1"]}}"#
        func ask(_ path: String, _ body: String? = nil) async throws -> (Int, String) {
          try await client.execute(
            uri: path, method: body == nil ? .get : .post,
            headers: body == nil ? [.accept: "text/html"] : [.contentType: "application/json"],
            body: body.map { ByteBuffer(string: $0) }
          ) { ($0.status.code, String(buffer: $0.body)) }
        }
        let (status, answer) = try await ask("/v1/events", order)
        #expect(status == 201, "\(answer)")
        try await eventually("the overview has the four services") {
          let page = try await ask("/").1
          return Shop.serviceNames.allSatisfy { page.contains("/services/\($0)") }
        }
        #expect(try await ask("/events?type=ORDER_PLACED").1.contains("ORD-1"))
        #expect(try await ask("/services/inventory").0 == 200)
        #expect(try await ask("/rides").0 == 404)
      }
    }
  }
}
