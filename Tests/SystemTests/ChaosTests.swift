import Foundation
import Testing

@Suite("Chaos", .serialized) struct ChaosTests {
  @Test("nothing is lost and nothing happens twice while everything breaks", .timeLimit(.minutes(10)))
  func short() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "rides")
    let process = Process()
    let output = Pipe()
    process.executableURL = root.appending(path: "scripts/chaos")
    process.arguments = ["--program", program.path(), "--rides", "3000", "--seconds", "40", "--seed", "3"]
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("nothing lost, nothing twice"), "\(text)")
  }
}
