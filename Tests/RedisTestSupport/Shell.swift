import Foundation

/// A script for `sh`, which a test has do what only a program can.
struct Shell {
  let script: String

  /// Runs it to its end.
  ///
  /// - Parameter arguments: `$0`, `$1` and so on.
  /// - Returns: Its exit status.
  func run(_ arguments: String...) async throws -> Int32 {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    shell.arguments = ["sh", "-c", script] + arguments
    shell.standardError = FileHandle.nullDevice
    return try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
      shell.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try shell.run() } catch { continuation.resume(throwing: error) }
    }
  }
}
