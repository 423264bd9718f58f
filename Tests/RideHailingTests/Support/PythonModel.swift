import Foundation
import RedisTestSupport
import Testing

/// A program in Python that says what must come of something.
enum PythonModel {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Conformance")

  /// The lines that it writes.
  ///
  /// - Parameter python: PYTHON of the environment, if it needs packages.
  static func lines(_ program: String, _ arguments: [String]) async throws -> [Substring] {
    let python = TestProgram(ProcessInfo.processInfo.environment["PYTHON"] ?? "python3")
    let run = try await python.run([folder.appending(path: program).path(percentEncoded: false)] + arguments)
    #expect(run.status == 0, "\(program) \(run.errors)")
    return run.output.split(separator: "\n")
  }
}
