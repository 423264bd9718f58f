import Foundation
import RedisTestSupport
import Testing

@Suite("A server that a test starts") struct ServerProcessTests {
  @Test("keeps nothing open of what the tests have: a pipe ends when they close it")
  func inheritsNothing() async throws {
    let pipe = Pipe()
    let (reading, writing) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
    _ = fcntl(reading.fileDescriptor, F_SETFL, O_NONBLOCK)
    try await withRedis { _ in
      try writing.close()
      // A program that another test starts may have it for as long as it runs.
      try await eventually("the pipe is at its end") {
        var byte: UInt8 = 0
        return read(reading.fileDescriptor, &byte, 1) == 0
      }
    }
  }
}
