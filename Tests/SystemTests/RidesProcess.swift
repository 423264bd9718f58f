import EventStreams
import Foundation
import RedisTestSupport

/// A run of the program `rides`, as a user runs it, or of another one that is built with the tests.
final class RidesProcess: Sendable {
  private let process: Process
  private let output = Pipe()
  private let errors = Pipe()
  private let input = Pipe()

  /// What programs work in that are not told where, so that none finds what a user has here.
  private static let emptyFolder = Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rides-tests-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// A program by its path, or one that is built with the tests by its name.
  private static func program(_ name: String) -> TestProgram {
    name.hasPrefix("/") ? TestProgram(name) : TestProgram(built: name)
  }

  /// What its environment says besides that of the tests.
  private static func variables(_ redis: String) -> [String: String] {
    ["REDIS_URL": redis, "SWIFT_BACKTRACE": "enable=no"]
  }

  /// Starts it.
  ///
  /// - Parameters:
  ///   - isQuiet: what it prints goes to nobody.
  ///   - log: the file that its log goes to.
  ///   - folder: what it works in; nil for an empty one.
  ///   - target: the file that standard output goes to.
  init(
    _ arguments: [String], redis: String, isQuiet: Bool = false, log: URL? = nil, program: String = "rides",
    folder: URL? = nil, target: URL? = nil
  ) throws {
    process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program(program).path)
    process.arguments = arguments
    process.currentDirectoryURL = try folder ?? Self.emptyFolder.get()
    process.environment = ProcessInfo.processInfo.environment.merging(Self.variables(redis)) { $1 }
    // In servers that other tests start meanwhile a pipe would stay open, and whoever reads from it would wait for their end.
    for pipe in [output, errors, input] {
      for end in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
        _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
      }
    }
    process.standardInput = input
    process.standardOutput = isQuiet ? FileHandle.nullDevice : output
    process.standardError = isQuiet ? FileHandle.nullDevice : errors
    if let log {
      try Data().write(to: log)
      process.standardError = try FileHandle(forWritingTo: log)
    }
    if let target {
      process.standardOutput = try FileHandle(forWritingTo: target)
      // Nothing comes through the pipe.
      try output.fileHandleForWriting.close()
    }
    try process.run()
  }

  /// Runs it to its end with this on standard input.
  static func run(_ arguments: String..., redis: String, input text: String = "") async throws -> TestProgram.Run {
    try await run(all: arguments, redis: redis, input: text)
  }

  /// Runs it to its end with this on standard input.
  static func run(
    all arguments: [String], redis: String, input text: String = "", folder: URL? = nil, target: URL? = nil,
    program: String = "rides"
  ) async throws -> TestProgram.Run {
    try await Self.program(program).run(
      arguments, variables: variables(redis), folder: (folder ?? emptyFolder.get()).path(percentEncoded: false),
      input: text, target: target?.path(percentEncoded: false))
  }

  /// Does what blocks on a thread of its own: the few that tests run on are needed by others meanwhile.
  private static func waiting<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }

  /// When all simulated rides are that may be published again.
  private static let simulatedTime = Timestamp.now()

  /// Publishes the first simulated rides of a seed, the same events each time.
  static func simulate(_ rides: Int, seed: UInt64, _ more: [String] = [], redis: String) async throws -> TestProgram.Run
  {
    let arguments = ["publish", "--simulate", "\(rides)", "--seed", "\(seed)", "--at", "\(simulatedTime)"]
    return try await run(all: arguments + more, redis: redis)
  }

  /// Ends it as a crash would.
  func crash() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Asks it to stop and waits; returns the exit status.
  @discardableResult func stop() -> Int32 {
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Waits until it ends by itself; returns the exit status.
  func stopWhenDone() async throws -> Int32 {
    try await Self.waiting { [process] in
      process.waitUntilExit()
      return process.terminationStatus
    }
  }

  var isRunning: Bool { process.isRunning }

  var identifier: Int32 { process.processIdentifier }

  /// Sends SIGTERM and does not wait.
  func requestStop() { process.terminate() }

  /// What the system says about the process: a line of `/proc/PID/status`, as a number. Nil where there is no such file.
  func statusNumber(_ name: String) -> Int? {
    let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("\(name):") }
    return line.flatMap { Int($0.filter(\.isNumber)) }
  }

  /// The processor time that it has used, in seconds. Nil where `/proc` doesn't tell.
  func processorTime() -> Double? {
    let stat = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
    // After the name in parentheses: user and system time are the 12th and 13th field.
    guard let fields = stat?.split(separator: ")").last?.split(separator: " "), fields.count > 12,
      let user = Double(fields[11]), let system = Double(fields[12])
    else { return nil }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }
  func pause() { kill(process.processIdentifier, SIGSTOP) }
  func resume() { kill(process.processIdentifier, SIGCONT) }
}
