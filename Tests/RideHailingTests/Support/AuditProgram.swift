import Foundation

/// A run of `rides audit`, as a user runs it.
struct AuditProgram: Sendable {
  /// What it ended with.
  let status: Int32
  /// What it printed: JSON.
  let output: String

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - archive: the file; nil for none.
  ///   - folder: what it works in, and writes what it prints into.
  static func run(redis: String, archive: String?, in folder: String) async throws -> AuditProgram {
    let printed = URL(fileURLWithPath: folder).appending(path: "audit-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: printed) }
    try Data().write(to: printed)
    let process = Process()
    // It stands beside the tests.
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      path: "rides")
    process.arguments = ["audit", "--format", "json"] + (archive.map { ["--archive", $0] } ?? [])
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(["REDIS_URL": redis]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: printed)
    process.standardError = FileHandle.nullDevice
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ended.resume() }
      do { try process.run() } catch { ended.resume(throwing: error) }
    }
    return AuditProgram(
      status: process.terminationStatus, output: String(decoding: try Data(contentsOf: printed), as: UTF8.self))
  }
}
