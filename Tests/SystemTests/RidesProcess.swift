import Foundation
import Synchronization

/// A run of the program `rides`, as a user runs it.
final class RidesProcess: Sendable {
  private let process: Process
  private let output = Pipe()
  private let errors = Pipe()
  private let input = Pipe()

  /// The program stands beside the tests.
  private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
    path: "rides")

  /// Starts it; a worker's log goes to nobody.
  init(_ arguments: [String], redis: String, isQuiet: Bool = false) throws {
    process = Process()
    process.executableURL = Self.program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["REDIS_URL": redis]) { $1 }
    process.standardInput = input
    process.standardOutput = isQuiet ? FileHandle.nullDevice : output
    process.standardError = isQuiet ? FileHandle.nullDevice : errors
    try process.run()
  }

  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  /// Runs it to its end with this on standard input.
  static func run(_ arguments: String..., redis: String, input text: String = "") throws -> Result {
    try run(all: arguments, redis: redis, input: text)
  }

  /// Runs it to its end with this on standard input.
  static func run(all arguments: [String], redis: String, input text: String = "") throws -> Result {
    let run = try RidesProcess(arguments, redis: redis)
    // What it prints must be read before it ends, or it may never end.
    let collected = Mutex<[Int: Data]>([:])
    let group = DispatchGroup()
    for (index, pipe) in [run.output, run.errors].enumerated() {
      let handle = pipe.fileHandleForReading
      DispatchQueue.global().async(group: group) {
        let data = (try? handle.readToEnd()) ?? Data()
        collected.withLock { $0[index] = data }
      }
    }
    try run.input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try run.input.fileHandleForWriting.close()
    group.wait()
    run.process.waitUntilExit()
    func collectedText(_ index: Int) -> String {
      String(decoding: collected.withLock { $0[index] ?? Data() }, as: UTF8.self)
    }
    return Result(status: run.process.terminationStatus, output: collectedText(0), errors: collectedText(1))
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
  func stopWhenDone() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }
  func pause() { kill(process.processIdentifier, SIGSTOP) }
  func resume() { kill(process.processIdentifier, SIGCONT) }
}
