import Foundation
import Testing

@Suite("Chaos", .serialized) struct ChaosTests {
  @Test("nothing is lost and nothing happens twice while everything breaks", .timeLimit(.minutes(10)))
  func short() async throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "rides")
    let process = Process()
    let output = FileManager.default.temporaryDirectory.appending(path: "chaos-\(UUID().uuidString).log")
    try Data().write(to: output)
    defer { try? FileManager.default.removeItem(at: output) }
    let handle = try FileHandle(forWritingTo: output)
    process.executableURL = root.appending(path: "scripts/chaos")
    // This seed makes every kind of fault in that time.
    process.arguments = ["--program", program.path(), "--rides", "2000", "--seconds", "20", "--seed", "54"]
    process.standardOutput = handle
    process.standardError = handle
    // It takes half a minute: other tests need the thread meanwhile.
    try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { _ in continuation.resume() }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    let text = try String(contentsOf: output, encoding: .utf8)
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("nothing lost, nothing twice"), "\(text)")
  }
}
