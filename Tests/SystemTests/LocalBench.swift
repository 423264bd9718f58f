import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@testable import RidesCLI

/// A folder in which `rides` makes and finds its own Redis.
struct LocalBench: Sendable {
  let folder: URL

  /// - Parameter name: of a folder in a temporary one, for all that belongs to the bench.
  static func run(in name: String = "work", _ body: (LocalBench) async throws -> Void) async throws {
    let outer = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString)")
    let bench = LocalBench(folder: outer.appending(path: name))
    try FileManager.default.createDirectory(at: bench.folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: outer) }
    do {
      try await body(bench)
    } catch {
      await bench.end()
      throw error
    }
    await bench.end()
  }

  /// The folder of the server.
  var server: ServerFolder { ServerFolder("\(folder.path(percentEncoded: false))/.rides/redis") }

  var connection: Connection { Connection(server.url) }

  var isServing: Bool {
    get async {
      if case .serves = await ServerAnswer.ask(server.url) { true } else { false }
    }
  }

  /// Whether nobody has the folder any more: no server, and nobody who would start one.
  var isFree: Bool { (try? FolderLock(server.lock, holder: "a test")) != nil }

  /// What the server has running.
  var serverPID: pid_t? {
    (try? String(contentsOfFile: server.pidFile, encoding: .utf8)).flatMap { pid_t($0.filter(\.isNumber)) }
  }

  func rides(_ arguments: String...) async throws -> TestProgram.Run {
    try await RidesProcess.run(all: arguments, redis: "", folder: folder)
  }

  /// Starts all services, and waits until they and their Redis are there.
  func up(_ arguments: String..., log: URL? = nil) async throws -> RidesProcess {
    let process = try RidesProcess(["up"] + arguments, redis: "", isQuiet: log == nil, log: log, folder: folder)
    do {
      try await eventually("Redis serves") { await isServing }
      return process
    } catch {
      process.crash()
      throw error
    }
  }

  /// Whether all services of one that was started with `--ready-file ready` have shards.
  var isReady: Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: "ready").path(percentEncoded: false))
  }

  /// Starts a server that goes on by itself.
  func start(_ settings: String...) async throws -> TestProgram.Run {
    try await RidesProcess.run(
      all: ["local-redis", "start", ".rides/redis", "--"] + settings, redis: "", folder: folder)
  }

  /// The last part of the append-only file.
  var appendOnlyFile: URL {
    URL(fileURLWithPath: server.appendOnlyFolder).appending(path: "appendonly.aof.1.incr.aof")
  }

  /// Files that are kept beside it.
  var copies: [URL] {
    let files = try? FileManager.default.contentsOfDirectory(
      at: URL(fileURLWithPath: server.appendOnlyFolder), includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.lastPathComponent.contains(".before-cut-") }
  }

  private func end() async {
    guard !isFree, let pid = serverPID else { return }
    kill(pid, SIGKILL)
  }
}
