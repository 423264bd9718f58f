import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("A server that a test starts", .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd")))
struct ServerProcessTests {
  // Whether the pipe ends tells nothing: a program that another test starts may have it for as long as it runs.
  @Test("has nothing open of what the tests have, whatever its number")
  func inheritsNothing() async throws {
    let pipe = Pipe()
    let writing = pipe.fileHandleForWriting.fileDescriptor
    // As when many tests run at once; -1 where so many are not allowed.
    let beyond = fcntl(writing, F_DUPFD, 1500)
    defer { close(beyond) }
    let (own, ofServer) = try await withRedis { server in
      let information = try #require(try await Connection(server.url).text("INFO", "server"))
      let process = try #require(information.firstMatch(of: /process_id:(\d+)/)).1
      return (openFiles(of: "self"), openFiles(of: String(process)))
    }
    let name = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(writing)")
    #expect(own.contains(name))
    #expect(!ofServer.isEmpty && !ofServer.contains(name))
    withExtendedLifetime(pipe) {}
  }

  /// What a process has open: the paths of files, and names like `pipe:[4711]`.
  private func openFiles(of process: String) -> [String] {
    let folder = "/proc/\(process)/fd"
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return numbers.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
  }
}
