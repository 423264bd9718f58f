import Foundation
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
}
