import Foundation
import HiredisClient

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Listens on a Unix socket, answers the first client with fixed bytes, whatever it says, and hangs up.
struct CannedServer {
  let url: RedisURL
  private let path: String

  init(answer: String) throws {
    let path = "/tmp/canned-\(UUID().uuidString).sock"
    self.path = path
    url = RedisURL(address: .unix(path: path))
    #if canImport(Glibc)
      let type = Int32(SOCK_STREAM.rawValue)
    #else
      let type = SOCK_STREAM
    #endif
    let listener = socket(AF_UNIX, type, 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, listen(listener, 1) == 0 else { throw POSIXError(.EADDRINUSE) }
    Thread.detachNewThread {
      let client = accept(listener, nil, nil)
      var question = [UInt8](repeating: 0, count: 4096)
      _ = read(client, &question, question.count)
      _ = write(client, answer, answer.utf8.count)
      close(client)
      close(listener)
    }
  }

  func stop() {
    unlink(path)
  }
}
