#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A TCP port of 127.0.0.1 that nobody listens on at the moment.
///
/// It is chosen below the ports that kernels give to outgoing connections and to whoever asks for any port, so that
/// nobody is likely to get it before the caller listens on it, or between a server's end and its restart.
public func freePort() throws -> Int {
  for _ in 0..<100 {
    let port = Int.random(in: 10_000..<32_000)
    if try isFree(port) { return port }
  }
  throw RedisServerError("no free port found on 127.0.0.1")
}

private func isFree(_ port: Int) throws -> Bool {
  #if canImport(Glibc)
    let type = Int32(SOCK_STREAM.rawValue)
  #else
    let type = SOCK_STREAM
  #endif
  let descriptor = socket(AF_INET, type, 0)
  guard descriptor >= 0 else { throw RedisServerError("no socket: \(String(cString: strerror(errno)))") }
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  address.sin_port = UInt16(port).bigEndian
  return withUnsafePointer(to: address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}
