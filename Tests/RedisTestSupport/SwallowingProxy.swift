import Foundation
public import HiredisClient
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Stands between clients and a server's Unix socket, and swallows what passes when it is asked to: connections stay open, and
/// nobody on either side can tell but by the silence.
public final class SwallowingProxy: Sendable {
  /// Where it listens.
  public let url: RedisURL
  /// The socket of the server that new connections go to.
  private let server: Mutex<String>
  private let listener: Int32
  private let isSwallowing = Mutex(false)
  private let pairs = Mutex<[Pair]>([])
  private let fromClients = Mutex(Passed())

  /// What has passed from clients to the server.
  private struct Passed {
    var bytes = 0
    var limit = Int.max
  }

  private final class Pair: Sendable {
    let ends: [Int32]
    let isSwallowed: Atomic<Bool>

    init(_ client: Int32, _ server: Int32, isSwallowed: Bool) {
      ends = [client, server]
      self.isSwallowed = Atomic(isSwallowed)
    }

    /// Passes on what comes from one end until it is closed.
    ///
    /// - Parameter allowed: how much of so many bytes may pass.
    func pump(from end: Int, allowed: (Int) -> Int) {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = read(ends[end], &buffer, buffer.count)
        guard count > 0 else { break }
        guard !isSwallowed.load(ordering: .relaxed) else { continue }
        let passing = allowed(count)
        var sent = 0
        while sent < passing {
          let written = buffer[sent..<passing].withUnsafeBytes { write(ends[1 - end], $0.baseAddress, $0.count) }
          guard written > 0 else { break }
          sent += written
        }
      }
      shutdown(ends[1 - end], Int32(SHUT_RDWR))
    }
  }

  /// Stands before a server.
  public init(_ server: RedisServer) throws {
    ignoreBrokenPipeSignal()
    self.server = Mutex(Self.socket(of: server))
    let path = "\(server.folder)/proxy.sock"
    url = RedisURL(address: .unix(path: path))
    listener = Self.socket(path, bind)
    guard listener >= 0, listen(listener, 100) == 0 else { throw RedisServerError("cannot listen on \(path)") }
    let listener = listener
    Thread.detachNewThread { [weak self] in
      while case let client = accept(listener, nil, nil), client >= 0 {
        guard let self else { return }
        join(client)
      }
    }
  }

  /// Lets nothing through any more, neither on connections that are open nor on new ones.
  public func swallow() {
    isSwallowing.withLock { $0 = true }
    pairs.withLock { for pair in $0 { pair.isSwallowed.store(true, ordering: .relaxed) } }
  }

  /// Lets new connections through; what passed on the others is lost, and they stay silent.
  public func letThrough() {
    isSwallowing.withLock { $0 = false }
    fromClients.withLock { $0.limit = .max }
  }

  /// Closes all connections; new ones go to another server, as where a replica takes the master's place behind one address.
  public func switchOver(to server: RedisServer) {
    self.server.withLock { $0 = Self.socket(of: server) }
    closeConnections()
  }

  private static func socket(of server: RedisServer) -> String { "\(server.folder)/redis.sock" }

  /// How many bytes clients have sent to the server so far.
  public var bytesFromClients: Int { fromClients.withLock { $0.bytes } }

  /// Lets so many more bytes through from clients to the server, and nothing in either direction after them: a command in the middle of
  /// which they end never arrives as a whole.
  public func swallow(afterBytes count: Int) {
    fromClients.withLock { $0.limit = $0.bytes + count }
  }

  /// True when the bytes that `swallow(afterBytes:)` allows have passed.
  public var hasReachedLimit: Bool { fromClients.withLock { $0.bytes >= $0.limit } }

  private func allow(_ count: Int) -> Int {
    let (passing, isOver) = fromClients.withLock { passed in
      let passing = min(count, max(0, passed.limit - passed.bytes))
      passed.bytes += passing
      return (passing, passed.bytes >= passed.limit)
    }
    if isOver { swallow() }
    return passing
  }

  /// Closes everything.
  public func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    closeConnections()
  }

  private func closeConnections() {
    pairs.withLock { for end in $0.flatMap(\.ends) { shutdown(end, Int32(SHUT_RDWR)) } }
  }

  private func join(_ client: Int32) {
    let pair = Pair(client, Self.socket(server.withLock { $0 }, connect), isSwallowed: isSwallowing.withLock { $0 })
    pairs.withLock { $0.append(pair) }
    for end in pair.ends.indices {
      Thread.detachNewThread { [weak self] in pair.pump(from: end) { end == 0 ? self?.allow($0) ?? $0 : $0 } }
    }
  }

  private static func socket(
    _ path: String, _ use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    #if canImport(Glibc)
      let type = Int32(SOCK_STREAM.rawValue)
    #else
      let type = SOCK_STREAM
    #endif
    #if canImport(Glibc)
      let descriptor = Glibc.socket(AF_UNIX, type, 0)
    #elseif canImport(Musl)
      let descriptor = Musl.socket(AF_UNIX, type, 0)
    #else
      let descriptor = Darwin.socket(AF_UNIX, type, 0)
    #endif
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        use(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return status == 0 ? descriptor : -1
  }
}
