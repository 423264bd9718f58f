import CardGateway
import EventStreams
import EventStreamsHTTP
import Foundation
import HTTPTypes
import HiredisClient
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import RedisTestSupport
import RideHailing
import RidesHTTP
import Testing

/// A server of rides over a Redis of its own, and what tests ask of it.
struct HTTPBench: Sendable {
  let redis: RedisServer
  let connection: Connection
  let client: any TestClientProtocol
  let routes: [Route]

  /// Who there is in `tokens`: the token is `<name>-token`.
  static let roles = ["viewer", "producer", "operator", "admin"]

  /// Runs a server with a token file for all roles, or without.
  static func run(
    withTokens: Bool = false, notices: NoticeSignature? = nil, gateway: CardGatewayClient? = nil,
    changing change: (inout ServerSettings) -> Void = { _ in },
    _ body: @escaping @Sendable (HTTPBench) async throws -> Void
  ) async throws {
    try await withRedis { redis in
      var settings = ServerSettings(address: .tcp(host: "127.0.0.1", port: 0))
      if withTokens { settings.tokens = try TokenFile(path: try tokens(in: redis.folder)) }
      change(&settings)
      var log = Logger(label: "test")
      log.logLevel = .critical
      let service = try RidesServer.make(
        settings, deployment: Deployment("rides", redis: redis.url), archive: "\(redis.folder)/archive.sqlite",
        notices: notices, gateway: gateway, log: log)
      let connection = Connection(redis.url)
      try await service.tested.test(.live) { client in
        try await body(HTTPBench(redis: redis, connection: connection, client: client, routes: service.routes))
      }
    }
  }

  private static func tokens(in folder: String) throws -> String {
    let path = "\(folder)/tokens"
    let lines = try roles.map { role in
      let digest = try #require(TokenDigest.of("\(role)-token"))
      return "\(role) sha256:\(digest) \(role)"
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  // MARK: Asking

  struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    /// The body as JSON.
    var json: Any? { try? JSONSerialization.jsonObject(with: Data(text.utf8)) }
    var object: [String: Any] { json as? [String: Any] ?? [:] }
    /// A problem's code.
    var code: String? { object["code"] as? String }
    /// A list's elements.
    var data: [[String: Any]] { object["data"] as? [[String: Any]] ?? [] }
  }

  func ask(
    _ method: HTTPRequest.Method = .get, _ path: String, as role: String? = nil, _ headers: HTTPFields = [:],
    body: String? = nil
  ) async throws -> Answer {
    var headers = headers
    if let role { headers[.authorization] = "Bearer \(role)-token" }
    return try await client.execute(
      uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
    ) { Answer(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body)) }
  }

  func get(_ path: String, as role: String? = nil, _ headers: HTTPFields = [:]) async throws -> Answer {
    try await ask(.get, path, as: role, headers)
  }

  func post(
    _ path: String, _ body: String, as role: String? = nil, type: String = "application/json",
    _ headers: HTTPFields = [:]
  ) async throws -> Answer {
    var headers = headers
    headers[.contentType] = type
    return try await ask(.post, path, as: role, headers, body: body)
  }

  /// A completed ride as a producer sends it.
  static func completed(
    _ ride: String, total: Int = 1230, city: String = "Paris", at time: String = "2026-04-03T10:30:00Z"
  ) -> String {
    #"{"type":"RIDE_COMPLETED","timestamp":"\#(time)","data":{"rideId":"\#(ride)","riderId":"u-17","driverId":"d-5","city":"\#(city)","fare":{"base":\#(total - 930),"distance":700,"tip":150,"taxes":80,"total":\#(total),"currency":"EUR"},"payment":{"method":"card","token":"tok_visa"},"riderEmail":"u-17@example.com"}}"#
  }

  func namespace() async throws -> Namespace { try #require(try await Namespace.find("rides", on: connection)) }
}

extension HTTPField.Name {
  /// A field's name that a test has written.
  static func named(_ name: StaticString) -> HTTPField.Name {
    guard let name = HTTPField.Name("\(name)") else { preconditionFailure("what is written here is a field's name") }
    return name
  }
}

extension HTTPBench {
  /// Runs services beside what a test does.
  func working(_ services: String..., during body: @escaping @Sendable () async throws -> Void) async throws {
    var log = Logger(label: "test")
    log.logLevel = .critical
    let namespace = try await namespace()
    let folder = redis.folder
    let workers = try services.map { name in
      let configuration = ServiceConfiguration(
        archivePath: "\(folder)/archive.sqlite", mail: Maildir("\(folder)/outbox"))
      return Worker(
        try #require(try RideServices.standard.make(name, configuration)), namespace: namespace, redis: redis.url,
        log: log)
    }
    try await withThrowingTaskGroup { group in
      for worker in workers { group.addTask { try? await worker.run() } }
      try await body()
      group.cancelAll()
    }
  }
}
