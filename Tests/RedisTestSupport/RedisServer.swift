import Foundation
public import HiredisClient

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

  private var arguments: [String]
  private nonisolated var sentinelConfiguration: String { "\(folder)/sentinel.conf" }
  private var process: ChildProcess?

  /// Starts a server and waits until it answers.
  ///
  /// - Parameters:
  ///   - arguments: Further arguments, e.g. `["--maxmemory", "2mb"]`.
  ///   - tcp: Whether to listen on a free port of 127.0.0.1 as well.
  ///   - port: The port to listen on, if others know it already.
  ///   - environment: Of the server besides this process's, each as `NAME=value`.
  ///   - sentinel: The configuration of a Sentinel, if it is to be one.
  /// - Throws: A ``RedisServerError`` that says why there is none, with the end of the server's log.
  public static func start(
    arguments: [String] = [], tcp: Bool = false, port: Int? = nil, environment: [String] = [], sentinel: String? = nil
  ) async throws -> RedisServer {
    ignoreBrokenPipeSignal()
    var attempt = 1
    while true {
      let server = try RedisServer(
        arguments: arguments, port: port ?? (tcp ? freePort() : nil), environment: environment)
      if let sentinel {
        try sentinel.write(toFile: server.sentinelConfiguration, atomically: true, encoding: .utf8)
        await server.beSentinel()
      }
      do {
        try await server.launch()
        return server
      } catch {
        // Somebody else was given the port in the meantime.
        let isPortTaken = tcp && server.log.contains("Address already in use")
        await server.stop()
        guard isPortTaken, attempt < 5 else { throw error }
        attempt += 1
      }
    }
  }

  private init(arguments: [String], port: Int?, environment: [String]) throws {
    var template = Array("/tmp/redis-test-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw RedisServerError("cannot create a folder below /tmp") }
    folder = String(cString: path)
    url = RedisURL(address: .unix(path: "\(folder)/redis.sock"))
    tcpURL = port.map { RedisURL(address: .tcp(host: "127.0.0.1", port: $0)) }
    self.arguments =
      (environment.isEmpty ? [] : ["env"] + environment) + [
        "redis-server", "--port", String(port ?? 0), "--bind", "127.0.0.1", "--unixsocket", "\(folder)/redis.sock",
        "--dir", folder, "--logfile", "\(folder)/redis.log", "--save", "", "--appendonly", "no", "--daemonize", "no",
      ] + arguments
  }

  private func beSentinel() {
    let program = arguments.firstIndex(of: "redis-server") ?? 0
    arguments.insert(contentsOf: [sentinelConfiguration, "--sentinel"], at: program + 1)
  }

  /// Starts the server again on the same folder, socket and port, after ``kill()`` or after ending it in an orderly way.
  ///
  /// - Parameter waitingUntilLoaded: Whether to wait until it has read its data set, rather than until it answers.
  public func restart(waitingUntilLoaded: Bool = true) async throws {
    if process != nil { await shutDown(with: SIGTERM) }
    try await launch(waitingUntilLoaded: waitingUntilLoaded)
  }

  /// Ends the server, without ceremony, and removes its folder.
  public func stop() async {
    await shutDown(with: SIGKILL)
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Ends the server at once, as a crash would (`SIGKILL`).
  public func kill() async { await shutDown(with: SIGKILL) }

  /// Freezes the server: connections stay open, nothing is answered (`SIGSTOP`).
  public func pause() { process?.signal(SIGSTOP) }

  /// Lets a frozen server go on (`SIGCONT`).
  public func resume() { process?.signal(SIGCONT) }

  /// The last lines of the server's log.
  public nonisolated var log: String {
    let text = (try? String(contentsOfFile: "\(folder)/redis.log", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").suffix(10).joined(separator: "\n")
  }

  private func launch(waitingUntilLoaded: Bool = true) async throws {
    process = try ChildProcess(arguments, folder: folder)
    let probe = Connection(url, options: ConnectionOptions(responseTimeout: .seconds(2)))
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      do {
        _ = try await probe.call("PING")
        return
      } catch {
        switch error.code {
        case .connectionRefused, .connectionClosed, .timeout, .unreachable: break
        case .serverLoading: if !waitingUntilLoaded { return }
        // It answers, though not everybody: with a password, for example.
        default: return
        }
      }
      if hasEnded { throw RedisServerError("redis-server ended at once:\n\(log)") }
      if ContinuousClock.now > deadline { throw RedisServerError("redis-server does not answer:\n\(log)") }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  private var hasEnded: Bool {
    guard let process else { return true }
    guard process.hasEnded() else { return false }
    self.process = nil
    return true
  }

  private func shutDown(with signalNumber: Int32) async {
    guard let process else { return }
    process.signal(signalNumber)
    let patience = ContinuousClock.now + .seconds(5)
    while !hasEnded {
      if ContinuousClock.now > patience { process.signal(SIGKILL) }
      // Cancelling the test must not leave a server behind, so this wait is not cancelled either.
      await Task.detached { try? await Task.sleep(for: .milliseconds(1)) }.value
    }
  }
}
