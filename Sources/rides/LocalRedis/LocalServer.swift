import Foundation
import ServiceLifecycle

/// A redis-server that this process has started.
final class LocalServer: Service {
  let process: ChildProcess
  /// Ends the server if this process dies without doing so: a shell that waits for a line which then never comes.
  private let guardian: ChildProcess?
  private let guardianInput: Int32

  /// Starts it with these settings.
  ///
  /// - Parameter isChild: whether it ends when this process does.
  init(_ arguments: [String], lock: FolderLock, isChild: Bool) throws {
    process = try Self.start(arguments, lock)
    guard isChild else {
      (guardian, guardianInput) = (nil, -1)
      return
    }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      process.signal(SIGKILL)
      throw Failure(message: "cannot make a pipe: \(String(cString: strerror(errno)))", status: 69)
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    guardianInput = ends[1]
    defer { close(ends[0]) }
    guardian = try? ChildProcess(
      ["/bin/sh", "-c", #"read -r line || kill "$1""#, "sh", String(process.pid)], input: ends[0])
  }

  private static func start(_ arguments: [String], _ lock: FolderLock) throws -> ChildProcess {
    do {
      do {
        return try ChildProcess(["redis-server"] + arguments, inherited: lock.descriptor)
      } catch let error as ChildProcess.NotStarted where error.isMissing {
        return try ChildProcess(["valkey-server"] + arguments, inherited: lock.descriptor)
      }
    } catch let error as ChildProcess.NotStarted {
      throw Failure(
        message: error.isMissing
          ? "there is no redis-server on the PATH; install it (scripts/setup does) or set REDIS_URL"
          : "cannot start redis-server: \(String(cString: strerror(error.number)))", status: 69)
    }
  }

  /// Fails if the server ends before it is to.
  func run() async throws {
    await cancelWhenGracefulShutdown { [process] in await process.waitForEnd() }
    if process.hasEnded {
      throw Failure(
        message: "redis-server \(process.ending) underneath; what is not in its append-only file is lost", status: 69)
    }
  }

  /// Ends the server, and waits for it.
  func stop() async {
    await process.stop(within: .seconds(10))
    guard let guardian else { return }
    _ = write(guardianInput, "\n", 1)
    close(guardianInput)
    await guardian.stop(within: .seconds(1))
  }
}
