import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("A connection with TLS") struct TLSTests {
  /// Runs a test with a server that listens with TLS.
  private func withTLS(
    certificate: String = "server", clients: String = "no", arguments: [String] = [],
    _ body: (TestCertificates, RedisServer, _ url: RedisURL) async throws -> Void
  ) async throws {
    try await TestCertificates.with { certificates in
      let port = try freePort()
      let tls = certificates.arguments(port: port, certificate: certificate, clients: clients)
      try await withRedis(arguments: tls + arguments) { server in
        var url = RedisURL(address: .tcp(host: "127.0.0.1", port: port))
        url.tls = TLSSettings(authorities: certificates.certificate("ca"))
        try await body(certificates, server, url)
      }
    }
  }

  private func failure(_ url: RedisURL, patience: Duration = .seconds(20)) async -> RedisError? {
    let error = await Connection(url, options: ConnectionOptions(connectTimeout: patience)).connectError()
    #expect(error?.mayHaveExecuted == false)
    return error
  }

  @Test("carries pipelines, large values, blocked reads and errors as a plain one does")
  func carriesEverything() async throws {
    try await withTLS { _, server, url in
      let connection = Connection(url)
      var commands = Commands()
      let large = String(repeating: "0123456789", count: 300_000)
      commands.append("SET", "large", large)
      for number in 0..<10_000 { commands.append("ECHO", "\(number)") }
      commands.append("GET", "large")
      commands.append("LPUSH", "large", "x")
      let replies = try await connection.send(commands)
      #expect(replies.count == 10_003)
      #expect(try replies[10_000].string() == "9999")
      #expect(try replies[10_001].string() == large)
      #expect(replies[10_002].error?.code == .wrongType)

      let other = Connection(server.url)
      async let popped = connection.text("BLPOP", "nothing", "0.01")
      #expect(try await popped == nil)
      async let unblocked = connection.text("BLPOP", "nothing", "0")
      try await other.waitUntilBlocked(1)
      try await other.run("CLIENT", "UNBLOCK", "\(try #require(connection.clientID))")
      #expect(try await unblocked == nil)
      #expect(await connection.connectCount == 1)
    }
  }

  @Test("notices that the server closed it while it was idle, waits no longer than it may, and survives a restart")
  func ends() async throws {
    try await withTLS { _, server, url in
      let connection = Connection(url, options: ConnectionOptions(responseTimeout: .seconds(1)))
      try await connection.connect()
      try await Connection(server.url).run("CLIENT", "KILL", "ID", "\(try #require(connection.clientID))")
      #expect(try await connection.text("PING") == "PONG")
      #expect(await connection.connectCount == 2)

      await server.pause()
      let silent = await connection.error("INCR", "x")
      #expect(silent?.code == .timeout)
      #expect(silent?.mayHaveExecuted == true)
      #expect(silent?.description == "Redis at \(url.withoutTLSParameters): no answer within 1.0 seconds")
      await server.resume()
      try await server.restart()
      #expect(try await connection.text("PING") == "PONG")
    }
  }

  @Test("verifies the name that is asked for or else the host's, and never takes the subject's for one")
  func names() async throws {
    try await withTLS { certificates, _, url in
      var named = url
      named.tls?.name = "redis.test"
      try await Connection(named).run("PING")
      for wrong in ["cn.test", "127.0.0.2", "other.test"] {
        named.tls?.name = wrong
        let error = await failure(named)
        #expect(error?.code == .tls)
        #expect(error?.isRetriable == false)
        #expect(error?.message.hasPrefix("its certificate is not for \(wrong); ") == true, "\(error as Any)")
      }
      var byName = url
      byName.address = .tcp(host: "localhost", port: try #require(url.port))
      #expect(await failure(byName)?.message.hasPrefix("its certificate is not for localhost; ") == true)
    }
  }

  @Test("believes no authority but those that are named, and no expired certificate")
  func authorities() async throws {
    try await withTLS { certificates, _, url in
      var other = url
      other.tls?.authorities = certificates.certificate("other")
      let unknown = await failure(other)
      #expect(unknown?.code == .tls)
      #expect(
        unknown?.message.hasPrefix("its certificate is from no authority in \(certificates.certificate("other")) (")
          == true, "\(unknown as Any)")
      other.tls = TLSSettings()
      #expect(
        await failure(other)?.message.hasPrefix("its certificate is from no authority that this system trusts; ")
          == true)
      other.tls?.authorities = "/nonexistent.pem"
      #expect(
        await failure(other)?.message.hasPrefix("the authorities (ca) can't be read from /nonexistent.pem: ") == true)
    }
    try await withTLS(certificate: "expired") { _, _, url in
      let error = await failure(url)
      #expect(error?.code == .tls)
      #expect(error?.description.hasSuffix(": its certificate has expired") == true, "\(error as Any)")
    }
  }

  @Test(
    "shows its certificate to a server that wants one, and says so if it has none or another's",
    arguments: ["TLSv1.2", "TLSv1.3"])
  func clientCertificate(version: String) async throws {
    try await withTLS(clients: "yes", arguments: ["--tls-protocols", version]) { certificates, _, url in
      let missing = await failure(url)
      #expect(missing?.code == .tls)
      #expect(missing?.message.hasPrefix("it wants to see a certificate") == true, "\(missing as Any)")

      var shown = url
      shown.tls?.certificate = certificates.certificate("client")
      shown.tls?.key = certificates.key("client")
      try await Connection(shown).run("PING")

      shown.tls?.certificate = certificates.certificate("other")
      shown.tls?.key = certificates.key("other")
      let refused = await failure(shown)
      #expect(refused?.code == .tls)
      #expect(
        refused?.message.hasPrefix(
          "it refuses the certificate that it was shown, \(certificates.certificate("other")): ")
          == true, "\(refused as Any)")
      shown.tls?.key = certificates.key("client")
      #expect(
        await failure(shown)?.message.hasPrefix("the certificate's key (key) can't be read from ") == true)
    }
  }

  @Test("says which kind of URL a port is for, if it is for the other one")
  func otherKindOfPort() async throws {
    try await withTLS { _, _, url in
      var plain = url
      plain.tls = nil
      let error = await failure(plain)
      #expect(error?.message.hasSuffix("; if that is its port for TLS, use rediss://") == true, "\(error as Any)")
    }
    try await withRedis(tcp: true) { server in
      var url = try #require(server.tcpURL)
      url.tls = TLSSettings()
      let error = await failure(url, patience: .milliseconds(200))
      #expect(error?.code == .timeout)
      #expect(
        error?.message
          == "no TLS handshake within 0.2 seconds; a port without TLS is silent like that: if it is one, use redis://")
    }
  }
}

extension RedisURL {
  fileprivate var port: Int? { if case .tcp(_, let port) = address { port } else { nil } }

  /// As errors name it.
  fileprivate var withoutTLSParameters: String { description.prefix { $0 != "?" }.description }
}
