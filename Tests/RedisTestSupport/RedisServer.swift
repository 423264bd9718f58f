import Foundation
public import Redis

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A real `redis-server` of the test's own, in a temporary folder, without persistence unless its arguments ask for it.
///
/// Prefer ``withRedis(arguments:tcp:_:)``, which ends it; whoever starts one otherwise must call ``stop()``.
public actor RedisServer {
  /// Where it listens: a Unix socket.
  public nonisolated let url: RedisURL
  /// Where it listens on 127.0.0.1, if it was started so.
  public nonisolated let tcpURL: RedisURL?
  /// The folder of its socket, its log and its files.
  public nonisolated let folder: String

  private let arguments: [String]
  private var process: pid_t?

  /// Starts a server and waits until it answers.
  ///
  /// - Parameters:
  ///   - arguments: Further arguments, e.g. `["--maxmemory", "2mb"]`.
  ///   - tcp: Whether to listen on a free port of 127.0.0.1 as well.
  /// - Throws: A ``RedisServerError`` that says why there is none, with the end of the server's log.
  public static func start(arguments: [String] = [], tcp: Bool = false) async throws -> RedisServer {
    ignoreBrokenPipeSignal()
    let server = try RedisServer(arguments: arguments, port: tcp ? freePort() : nil)
    do {
      try await server.launch()
      return server
    } catch {
      await server.stop()
      throw error
    }
  }

  private init(arguments: [String], port: Int?) throws {
    var template = Array("/tmp/redis-test-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw RedisServerError("cannot create a folder below /tmp") }
    folder = String(cString: path)
    url = RedisURL(address: .unix(path: "\(folder)/redis.sock"))
    tcpURL = port.map { RedisURL(address: .tcp(host: "127.0.0.1", port: $0)) }
    self.arguments =
      [
        "redis-server", "--port", String(port ?? 0), "--bind", "127.0.0.1", "--unixsocket", "\(folder)/redis.sock",
        "--dir", folder, "--logfile", "\(folder)/redis.log", "--save", "", "--appendonly", "no", "--daemonize", "no",
      ] + arguments
  }

  /// Starts the server again on the same folder, socket and port, after ``stop(keepingFolder:)`` or ``kill()``.
  ///
  /// - Parameter waitingUntilLoaded: Whether to wait until it has read its data set, rather than until it answers.
  public func restart(waitingUntilLoaded: Bool = true) async throws {
    if process != nil { await shutDown(with: SIGTERM) }
    try await launch(waitingUntilLoaded: waitingUntilLoaded)
  }

  /// Ends the server, as it would be in an orderly way, and removes its folder.
  public func stop() async {
    // A process that is stopped would get the signal only when it goes on.
    if let process { _ = signal(process, SIGCONT) }
    await shutDown(with: SIGTERM)
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Ends the server at once, as a crash would (`SIGKILL`).
  public func kill() async { await shutDown(with: SIGKILL) }

  /// Freezes the server: connections stay open, nothing is answered (`SIGSTOP`).
  public func pause() { if let process { _ = signal(process, SIGSTOP) } }

  /// Lets a frozen server go on (`SIGCONT`).
  public func resume() { if let process { _ = signal(process, SIGCONT) } }

  /// The last lines of the server's log.
  public nonisolated var log: String {
    let text = (try? String(contentsOfFile: "\(folder)/redis.log", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").suffix(10).joined(separator: "\n")
  }

  private func launch(waitingUntilLoaded: Bool = true) async throws {
    process = try spawn(arguments)
    let probe = Connection(url, options: ConnectionOptions(responseTimeout: .seconds(2)))
    let deadline = ContinuousClock.now + .seconds(20)
    while true {
      do {
        _ = try await probe.call("PING")
        return
      } catch  where [.connectionRefused, .connectionClosed, .timeout, .unreachable].contains(error.code) {
        // Not there yet.
      } catch  where error.code == .serverLoading {
        if !waitingUntilLoaded { return }
      } catch {
        // It answers, though not everybody: with a password, for example.
        return
      }
      if hasEnded { throw RedisServerError("redis-server ended at once:\n\(log)") }
      if ContinuousClock.now > deadline { throw RedisServerError("redis-server does not answer:\n\(log)") }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  private var hasEnded: Bool {
    guard let process else { return true }
    var status: Int32 = 0
    guard waitpid(process, &status, WNOHANG) != 0 else { return false }
    self.process = nil
    return true
  }

  private func shutDown(with signalNumber: Int32) async {
    guard let process else { return }
    _ = signal(process, signalNumber)
    let patience = ContinuousClock.now + .seconds(5)
    while !hasEnded {
      if ContinuousClock.now > patience { _ = signal(process, SIGKILL) }
      // Cancelling the test must not leave a server behind, so this wait is not cancelled either.
      await Task.detached { try? await Task.sleep(for: .milliseconds(1)) }.value
    }
  }
}

private func signal(_ process: pid_t, _ number: Int32) -> Int32 {
  #if canImport(Glibc)
    Glibc.kill(process, number)
  #elseif canImport(Musl)
    Musl.kill(process, number)
  #else
    Darwin.kill(process, number)
  #endif
}

private func spawn(_ arguments: [String]) throws -> pid_t {
  var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
  defer { for argument in argv { free(argument) } }
  argv.append(nil)
  var process: pid_t = 0
  let status = posix_spawnp(&process, arguments[0], nil, nil, argv, nil)
  if status == ENOENT {
    throw RedisServerError("redis-server is not on the PATH; these tests need a real one (package redis-server)")
  }
  if status != 0 { throw RedisServerError("cannot start redis-server: \(String(cString: strerror(status)))") }
  return process
}

/// A TCP port of 127.0.0.1 that nobody listens on at the moment.
public func freePort() throws -> Int {
  #if canImport(Glibc)
    let type = Int32(SOCK_STREAM.rawValue)
  #else
    let type = SOCK_STREAM
  #endif
  let descriptor = socket(AF_INET, type, 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let status = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
    }
  }
  guard status == 0 else { throw RedisServerError("no free port: \(String(cString: strerror(errno)))") }
  return Int(UInt16(bigEndian: address.sin_port))
}
