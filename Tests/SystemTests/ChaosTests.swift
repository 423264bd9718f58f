import Foundation
import RedisTestSupport
import Testing

@Suite("Chaos", .serialized) struct ChaosTests {
  @Test("nothing is lost and nothing happens twice while everything breaks", .timeLimit(.minutes(10)))
  func short() async throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    // This seed makes every kind of fault in that time.
    let run = try await TestProgram(root.appending(path: "scripts/chaos").path()).run([
      "--program", TestProgram(built: "rides").path, "--rides", "2000", "--seconds", "20", "--seed", "54",
    ])
    let text = run.output + run.errors
    #expect(run.status == 0, "\(text)")
    #expect(text.contains("nothing lost, nothing twice"), "\(text)")
  }
}
