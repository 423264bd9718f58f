import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A process that ends when this one does: tests that crash leave nothing behind.
struct ChildProcess: Sendable {
  private let process: pid_t
  /// A shell that waits for a line; without one, because this process has died, it ends `process`.
  private let guardian: pid_t
  private let guardianInput: Int32

  /// Starts a program found on the `PATH`.
  ///
  /// - Parameters:
  ///   - arguments: The program's name and its arguments.
  ///   - folder: What is to be removed if this process dies.
  init(_ arguments: [String], folder: String) throws {
    process = try spawn(arguments)
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    guardianInput = ends[1]
    let script = "read line || { kill -9 $0; rm -rf $1; }"
    guardian = try spawn(["/bin/sh", "-c", script, String(process), folder], standardInput: ends[0])
  }

  /// Sends a signal.
  func signal(_ number: Int32) {
    kill(process, number)
  }

  /// Whether the process has ended; true only once, because asking buries it.
  func hasEnded() -> Bool {
    var status: Int32 = 0
    guard waitpid(process, &status, WNOHANG) != 0 else { return false }
    _ = write(guardianInput, "\n", 1)
    close(guardianInput)
    waitpid(guardian, &status, 0)
    return true
  }
}

private func spawn(_ arguments: [String], standardInput: Int32? = nil) throws -> pid_t {
  var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
  defer { for argument in argv { free(argument) } }
  argv.append(nil)
  // The runtime's threads block all signals, which a child inherits: it would not hear SIGTERM.
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  if let standardInput { posix_spawn_file_actions_adddup2(&actions, standardInput, 0) }
  // What other tests have just opened is none of its: their programs' ends show in pipes that a server would keep open.
  for descriptor in 3..<pastOpenDescriptors() { posix_spawn_file_actions_addclose(&actions, descriptor) }
  var process: pid_t = 0
  let status = posix_spawnp(&process, arguments[0], &actions, &attributes, argv, nil)
  if status == ENOENT {
    throw RedisServerError("\(arguments[0]) is not on the PATH; these tests need a real one")
  }
  if status != 0 { throw RedisServerError("cannot start \(arguments[0]): \(String(cString: strerror(status)))") }
  return process
}

/// A number beyond those of what this process has open, and of what it is about to open.
private func pastOpenDescriptors() -> Int32 {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd")) ?? []
  return max(1024, (names.lazy.compactMap { Int32($0) }.max() ?? 0) + 256)
}
