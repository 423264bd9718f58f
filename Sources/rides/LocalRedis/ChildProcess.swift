import Foundation
import Synchronization

/// A program that this process has started and answers for: with no signals blocked and none ignored, in a process group of its own, so
/// that what a terminal sends is not for it.
final class ChildProcess: Sendable {
  /// The process, until it has been waited for.
  let pid: pid_t
  private let state = Mutex(State())

  private struct State {
    /// As `waitpid` gave it.
    var status: Int32?
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var lastWaiter = 0
  }

  /// Why a program could not be started: an error number of the system.
  struct NotStarted: Error {
    let number: Int32
    var isMissing: Bool { number == ENOENT }
  }

  /// Starts a program that is found on the `PATH`. Of this process's open files it has standard error, if that is wanted, and these.
  ///
  /// - Parameters:
  ///   - input: what it reads from; nil for nothing.
  ///   - inherited: stays open in it.
  init(_ arguments: [String], input: Int32? = nil, inherited: Int32? = nil) throws {
    pid = try Self.spawn(arguments, input, inherited)
    // Nothing else tells a process that a child of its has ended, whatever the system.
    Thread.detachNewThread { [self] in
      var information = siginfo_t()
      while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
      // Its number may be somebody else's as soon as it has been waited for.
      let waiters = state.withLock { state in
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        state.status = status
        return Array(state.waiters.values)
      }
      for waiter in waiters { waiter.resume() }
    }
  }

  var hasEnded: Bool { state.withLock { $0.status != nil } }

  /// Returns when the process has ended, or the task is cancelled.
  func waitForEnd() async {
    let number = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.status != nil || Task.isCancelled { return true }
          state.waiters[number] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.status == nil ? $0.waiters.removeValue(forKey: number) : nil }?.resume()
    }
  }

  /// `ended with status 1`, `was ended by signal 9`.
  var ending: String {
    guard let status = state.withLock({ $0.status }) else { return "is running" }
    return status & 0x7f == 0 ? "ended with status \(status >> 8 & 0xff)" : "was ended by signal \(status & 0x7f)"
  }

  /// Sends a signal, if it is still there.
  func signal(_ number: Int32) {
    state.withLock { if $0.status == nil { kill(pid, number) } }
  }

  /// Asks it to end, and ends it if it doesn't in time.
  func stop(within patience: Duration) async {
    signal(SIGTERM)
    // A server that is paused hears it only now.
    signal(SIGCONT)
    // Whoever is cancelled must not leave a server behind.
    await Task.detached { [self] in
      await withTaskGroup { group in
        group.addTask { [self] in await waitForEnd() }
        group.addTask { try? await Task.sleep(for: patience) }
        await group.next()
        group.cancelAll()
      }
      signal(SIGKILL)
      await waitForEnd()
    }.value
  }

  private static func spawn(_ arguments: [String], _ input: Int32?, _ inherited: Int32?) throws -> pid_t {
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    defer { for argument in argv { free(argument) } }
    argv.append(nil)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The runtime's threads block signals, and what is blocked or ignored is inherited.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    for output in [STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0)
    }
    // Nothing else: whoever started this process may wait for the end of what it was given.
    for file in 3..<min(getdtablesize(), 10_000) { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
    if let inherited { posix_spawn_file_actions_adddup2(&actions, inherited, 3) }
    var pid: pid_t = 0
    let status = posix_spawnp(&pid, arguments[0], &actions, &attributes, argv, environ)
    guard status == 0 else { throw NotStarted(number: status) }
    return pid
  }
}
