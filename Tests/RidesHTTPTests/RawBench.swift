import EventStreams
import EventStreamsHTTP
import Foundation
import Logging
import RedisTestSupport
import RidesHTTP
import ServiceLifecycle
import Synchronization
import Testing

/// A server as it is run, asked by bytes over a socket.
struct RawBench: Sendable {
  let port: Int
  let redis: RedisServer

  static func run<Value: Sendable>(
    changing change: (inout ServerSettings) -> Void = { _ in }, _ body: (RawBench) async throws -> Value
  ) async throws -> Value {
    try await withRedis { redis in
      let (ports, told) = AsyncStream<Int>.makeStream()
      var settings = ServerSettings(address: .tcp(host: "127.0.0.1", port: 0))
      settings.hosts = ["rides.internal"]
      change(&settings)
      var log = Logger(label: "test")
      log.logLevel = .critical
      let service = try RidesServer.make(settings, deployment: Deployment("rides", redis: redis.url), log: log) {
        if case .tcp(_, let port) = $0 { told.yield(port) }
      }
      let group = ServiceGroup(services: [service], logger: log)
      return try await withThrowingTaskGroup { tasks in
        tasks.addTask { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        let value = try await body(RawBench(port: port, redis: redis))
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return value
      }
    }
  }

  /// Sends some bytes and returns all that comes until the server closes, until a text has come, or for a time.
  ///
  /// On a thread of its own: the server that it waits for needs those that tests run on.
  func send(_ text: String, until end: String? = nil, for time: Duration = .seconds(60)) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try exchange(text, until: end, for: time) }) }
    }
  }

  /// Connections that are open until they are closed, each after it has sent something and got the beginning of an answer.
  func hold(_ count: Int, sending text: String) async throws -> [Int32] {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            try (0..<count).map { _ in
              let descriptor = try open(sending: text)
              var buffer = [UInt8](repeating: 0, count: 4096)
              try #require(read(descriptor, &buffer, buffer.count) > 0)
              return descriptor
            }
          })
      }
    }
  }

  private func exchange(_ text: String, until end: String?, for time: Duration) throws -> String {
    let descriptor = try open(sending: text)
    defer { close(descriptor) }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let deadline = ContinuousClock.now + time
    var patience = timeval(tv_sec: 0, tv_usec: 100_000)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    while ContinuousClock.now < deadline {
      if let end, String(decoding: answer, as: UTF8.self).contains(end), answer.last == 0x0a { break }
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EAGAIN { continue }
      if count <= 0 { break }
      answer += buffer[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
  }

  /// A connection that has sent something.
  private func open(sending text: String) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = UInt16(port).bigEndian
    let connected = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(connected == 0)
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count <= 0 { break }
      sent += count
    }
    return descriptor
  }
}
