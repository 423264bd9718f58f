import Foundation
import HiredisClient

/// A redis-server of our own, with an append-only file, on a socket in a folder.
///
/// The server is one of this process, which ends it (`rides up`), or goes on without it (`rides local-redis start`).
struct LocalRedis: Sendable {
  let folder: ServerFolder
  /// Who is at work, for others who want the folder.
  private let holder: String
  /// The server is ended with this process, however that ends.
  private let isChild: Bool

  init(_ folder: String, isChild: Bool) {
    self.folder = ServerFolder(folder)
    self.isChild = isChild
    holder = "\(isChild ? Self.up : "rides local-redis start") (pid \(getpid()))"
  }

  private static let up = "rides up"

  /// Long, because there may be much to load.
  private static let patience = Duration.seconds(120)

  /// Starts the server unless one runs there, and waits until it serves. Nothing in the folder is touched while another has it.
  ///
  /// - Returns: nil if one runs there already that will go on.
  func start(_ settings: [String] = []) async throws -> LocalServer? {
    try folder.make()
    let deadline = ContinuousClock.now + Self.patience
    while true {
      let lock = try FolderLock(folder.lock, holder: holder)
      switch (lock, await ServerAnswer.ask(folder.url)) {
      case (let lock?, .nobody):
        return try await launch(settings, lock)
      case (nil, _) where FolderLock.holder(folder.lock).hasPrefix(Self.up):
        throw Failure.refused(
          "\(folder.path) is in use: \(FolderLock.holder(folder.lock)) runs there; stop that first, or set REDIS_URL")
      case (_, .serves): return nil
      case (_, .refuses(let error)):
        throw Failure(
          message: "a server runs at \(folder.url) already, and it was left alone: \(error.message)", status: 69)
      case (_, .busy(let error)) where ContinuousClock.now > deadline:
        throw Failure(
          message:
            "a server runs at \(folder.url) already, and it was left alone, but it does not serve: \(error.message)",
          status: 69)
      case (nil, .nobody) where ContinuousClock.now > deadline:
        throw Failure(
          message: "\(FolderLock.holder(folder.lock)) has \(folder.path), and nobody listens at \(folder.url)",
          status: 69)
      default: break
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func launch(_ settings: [String], _ lock: FolderLock) async throws -> LocalServer {
    if let cut = try AppendOnlyFile(folder.appendOnlyFolder)?.mend() { Terminal.error(cut) }
    let arguments =
      [
        "--port", "0", "--unixsocket", folder.socket, "--unixsocketperm", "700", "--dir", folder.path,
        "--pidfile", folder.pidFile, "--logfile", folder.log, "--save", "", "--appendonly", "yes",
      ] + settings
    let server = try LocalServer(arguments, lock: lock, isChild: isChild)
    let deadline = ContinuousClock.now + Self.patience
    wait: while !server.process.hasEnded {
      switch await ServerAnswer.ask(folder.url) {
      case .serves: return server
      // However long that takes: it goes on.
      case .busy(let error) where error.code == .serverLoading: break
      default: if ContinuousClock.now > deadline { break wait }
      }
      do { try await Task.sleep(for: .milliseconds(5)) } catch {
        await server.stop()
        throw error
      }
    }
    let ending = server.process.hasEnded ? "redis-server \(server.process.ending)" : "redis-server does not serve"
    await server.stop()
    throw Failure(message: "\(ending); the end of \(folder.log): \(lastWords)", status: 69)
  }

  /// The last lines of the server's log.
  var lastWords: String {
    let text = (try? String(contentsOfFile: folder.log, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").suffix(3).joined(separator: " / ")
  }

  /// Stops a server that goes on by itself, and waits until it has ended.
  ///
  /// - Returns: false if there is none.
  func stop() async throws -> Bool {
    switch await ServerAnswer.ask(folder.url) {
    case .nobody: return false
    case .busy(let error), .refuses(let error):
      throw Failure(
        message: "the server at \(folder.url) does not serve, and was left alone: \(error.message)", status: 69)
    case .serves: break
    }
    let holder = FolderLock.holder(folder.lock)
    guard !holder.hasPrefix(Self.up) else {
      throw Failure.refused("\(folder.path) is in use: \(holder) runs there; stop that")
    }
    // It ends without an answer.
    _ = try? await Connection(folder.url).call("SHUTDOWN")
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      // Its lock goes when all of it has.
      if case .nobody = await ServerAnswer.ask(folder.url), try FolderLock(folder.lock, holder: self.holder) != nil {
        return true
      }
      guard ContinuousClock.now < deadline else { throw Failure.timeout("the server at \(folder.url) does not stop") }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}
