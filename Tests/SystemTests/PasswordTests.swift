import EventStreams
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("A password in a URL") struct PasswordTests {
  @Test(
    "is printed by no command, however the URL is wrong or where it stands",
    arguments: [
      ["status", "--redis", "redis://me:s3cret@127.0.0.1:1"],
      ["status", "--redis", "redis://me:s3c/s3cret@127.0.0.1:1"],
      ["status", "--redis", "me:s3cret@redis://127.0.0.1:1"], ["status", "--redis", "redis://me:s3cret@127.0.0.1:x"],
      ["status", "redis://me:s3cret@127.0.0.1:1"], ["--redis", "redis://me:s3cret@127.0.0.1:1"],
      ["wait", "--timeout", "redis://me:s3cret@127.0.0.1:1"], ["publish", "redis://me:s3cret@127.0.0.1:1"],
    ])
  func isNotPrinted(arguments: [String]) async throws {
    let result = try await RidesProcess.run(all: arguments, redis: "redis://me:s3cret@127.0.0.1:1")
    #expect(result.status != 0)
    #expect(!(result.output + result.errors).contains("s3c"), "\(result.errors)")
  }

  @Test("is shown by no list of processes")
  func isNotListed() async throws {
    let arguments = ["--user", "me", "on", ">s3cret", "allkeys", "allchannels", "allcommands"]
    try await withRedis(arguments: arguments, tcp: true) { server in
      guard case .tcp(let host, let port)? = server.tcpURL?.address else { return }
      let url = "redis://me:s3cret@\(host):\(port)"
      let worker = try RidesProcess(
        ["worker", "surge", "--create", "--redis", url], redis: "redis://127.0.0.1:1", isQuiet: true)
      defer { worker.stop() }
      let connection = Connection(server.url)
      try await eventually("it works with that password") {
        try await Namespace.find("rides", on: connection) != nil
      }
      let listed = try String(contentsOfFile: "/proc/\(worker.identifier)/cmdline", encoding: .utf8)
      #expect(listed.contains("@\(host):\(port)"))
      #expect(!listed.contains("s3c") && !listed.contains("me:"), "\(listed)")
    }
  }
}
