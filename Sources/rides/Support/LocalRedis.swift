import Foundation
import Redis

/// A redis-server of our own, with an append-only file, on a socket in a folder.
final class LocalRedis {
  private let folder: URL
  private let process = Process()

  init(folder: String) {
    self.folder = URL(fileURLWithPath: folder)
  }

  var url: String { "unix://\(folder.appending(path: "redis.sock").path(percentEncoded: false))" }

  /// Starts the server and waits until it answers; false if one runs there already.
  func startUnlessRunning() async throws -> Bool {
    if await answers() { return false }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // A group of its own: Ctrl-C is for the services, which need the server until they have drained.
    process.arguments = [
      "setsid", "redis-server", "--port", "0", "--unixsocket",
      folder.appending(path: "redis.sock").path(percentEncoded: false),
      "--dir", folder.path(percentEncoded: false), "--appendonly", "yes", "--save", "", "--logfile", "redis.log",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    do { try process.run() } catch {
      throw Failure(
        message: "cannot start redis-server (\(error.localizedDescription)); install it or set REDIS_URL", status: 69)
    }
    for _ in 0..<500 where process.isRunning {
      if await answers() { return true }
      try await Task.sleep(for: .milliseconds(20))
    }
    throw Failure(
      message: "redis-server did not start; see \(folder.path(percentEncoded: false))/redis.log", status: 69)
  }

  private func answers() async -> Bool {
    guard let url = try? RedisURL(url) else { return false }
    return (try? await Connection(url).call("PING")) != nil
  }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}
