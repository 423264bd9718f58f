import HiredisClient
import RedisTestSupport
import Testing

@Suite("The program, with a Redis that speaks TLS") struct TLSCommandTests {
  @Test(
    "publishes and works with a certificate of its own, and says in one line, with status 69, why it can't"
  )
  func everything() async throws {
    try await TestCertificates.with { certificates in
      let port = try freePort()
      try await withRedis(arguments: certificates.arguments(port: port, clients: "yes"), tcp: true) { server in
        let ca = certificates.certificate("ca")
        let shown = "cert=\(certificates.certificate("client"))&key=\(certificates.key("client"))"
        let url = "rediss://127.0.0.1:\(port)?ca=\(ca)&\(shown)"
        let published = try await RidesProcess.run("publish", "--simulate", "50", "--redis", url, redis: "")
        #expect(published.status == 0, "\(published.errors)")
        let worker = try RidesProcess(["worker", "payment"], redis: url, isQuiet: true)
        defer { worker.stop() }
        try await eventually("its shards are worked on") {
          let waited = try await RidesProcess.run("wait", "--service", "payment", "--timeout", "60s", redis: url)
          return waited.status == 0
        }

        try await refused(
          "rediss://127.0.0.1:\(port)?ca=\(certificates.certificate("other"))&\(shown)", "no authority in")
        try await refused("\(url)&name=other.test", "is not for other.test")
        try await refused("rediss://127.0.0.1:\(port)?ca=\(ca)", "it wants to see a certificate")
        try await refused("redis://127.0.0.1:\(port)", "use rediss://")
        let plain = try #require(server.tcpURL).description.replacing("redis://", with: "rediss://")
        try await refused(plain, "use redis://")
      }
    }
  }

  private func refused(_ url: String, _ reason: String) async throws {
    let result = try await RidesProcess.run("status", redis: url)
    #expect(result.status == 69, "\(reason): \(result.errors)")
    #expect(result.errors.contains(reason), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
  }
}
