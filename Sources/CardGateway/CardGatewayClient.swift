import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import SpanJSON

/// A client of a gateway that speaks Stripe's API, version 1 (https://docs.stripe.com/api): what is asked, and what comes back. It repeats nothing:
/// whether that is harmless, only those know who ask.
public struct CardGatewayClient: Sendable {
  /// The version of the API that this was written for: answers have its shape, whatever the account is set to.
  static let version = "2026-10-28.endive"
  /// Answers are not longer than this, in bytes: a page of 100 charges is some 400 KB.
  private static let longestAnswer = 4 << 20

  let settings: CardGatewaySettings
  private let connections: Connections

  /// The connections, which end with the last client that has them.
  private final class Connections: Sendable {
    let client: HTTPClient

    init(_ settings: CardGatewaySettings) {
      var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
      configuration.timeout.connect = .seconds(Int64(min(settings.timeout, 10)))
      configuration.httpVersion = .http1Only
      configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = settings.connections
      configuration.connectionPool.retryConnectionEstablishment = false
      if let authorities = settings.authorities {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(authorities)
        configuration.tlsConfiguration = tls
      }
      client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit { client.shutdown { _ in } }
  }

  /// A client of a gateway; a connection is made when one is needed.
  public init(_ settings: CardGatewaySettings) {
    self.settings = settings
    connections = Connections(settings)
  }

  /// Asks for something to be done.
  ///
  /// - Parameter key: under which the gateway does it once, for about a day. Each endpoint's keys are its own to us.
  func post<Answer: JSONReadable>(
    _ path: String, _ parameters: FormBody, key: String
  ) async throws(CardGatewayError) -> Answer {
    var request = request(.POST, path)
    request.headers.add(name: "Idempotency-Key", value: key)
    request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
    request.body = .bytes(ByteBuffer(string: parameters.text))
    return try await answer(to: request)
  }

  /// Asks how something stands.
  func get<Answer: JSONReadable>(_ path: String, _ query: FormBody = FormBody()) async throws(CardGatewayError)
    -> Answer
  {
    try await answer(to: request(.GET, query.text.isEmpty ? path : "\(path)?\(query.text)"))
  }

  private func request(_ method: HTTPMethod, _ path: String) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: "\(settings.url)/v1/\(path)")
    request.method = method
    request.headers.add(name: "Authorization", value: "Bearer \(settings.key)")
    request.headers.add(name: "Stripe-Version", value: Self.version)
    request.headers.add(name: "User-Agent", value: "rides")
    return request
  }

  private func answer<Answer: JSONReadable>(to request: HTTPClientRequest) async throws(CardGatewayError) -> Answer {
    let (status, retryAfter, body) = try await send(request)
    guard (200..<300).contains(status) else {
      let failure = (try? Self.read(GatewayFailure.self, body)) ?? GatewayFailure()
      throw failure.error(status: status, retryAfter: retryAfter)
    }
    do throws(JSONError) {
      return try Self.read(Answer.self, body)
    } catch {
      throw .unanswered("what it says can't be read: \(error)")
    }
  }

  private func send(
    _ request: HTTPClientRequest
  ) async throws(CardGatewayError) -> (status: Int, retryAfter: String?, body: [UInt8]) {
    do {
      let response = try await connections.client.execute(request, timeout: .seconds(Int64(settings.timeout)))
      let body = try await response.body.collect(upTo: Self.longestAnswer)
      return (
        Int(response.status.code), response.headers.first(name: "Retry-After"), Array(body.readableBytesView)
      )
    } catch {
      throw .unanswered("\(error)")
    }
  }

  private static func read<Answer: JSONReadable>(_ type: Answer.Type, _ body: [UInt8]) throws(JSONError) -> Answer {
    var parser = JSONParser()
    return try Answer(from: parser.parse(body.span))
  }
}
