import Foundation
import Testing

/// A program in Python that says what must come of something.
enum PythonModel {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Conformance")

  /// The lines that it writes.
  ///
  /// - Parameter python: PYTHON of the environment, if it needs packages.
  static func lines(_ program: String, _ arguments: [String]) throws -> [Substring] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"
    process.arguments = [python, folder.appending(path: program).path()] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(program)")
    return String(decoding: text, as: UTF8.self).split(separator: "\n")
  }
}
