import Foundation
import Testing

/// Looks through the project's own sources.
@Suite("The sources") struct NamesInSourcesTests {
  /// Where text that is no name from outside is looked up by Swift's own equality: words that the program itself chooses.
  private static let allowed: [String: Set<String>] = [
    "BenchServer.swift": ["[String: String]"], "Comparison.swift": ["[String: Duration]"],
    "Rehearsal.swift": ["[String: Duration]"], "OverviewText.swift": ["[String: Int]"],
    // What libpq calls its settings.
    "PostgresURL.swift": ["[String: String]", "Set<String>"],
    // Services of this program.
    "ShardAudit.swift": ["[String: ServiceFold]", "[String: OpenWork]"], "StoredState.swift": ["[String: [String]"],
    "ChicagoTrips.swift": ["[String: Payment.Method]"], "NYCTrips.swift": ["[String: Payment.Method]"],
  ]

  @Test("look nothing up by names as Swift compares them, but by their bytes")
  func names() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let files = FileManager.default.enumerator(at: root.appending(path: "Sources"), includingPropertiesForKeys: nil)
    var looked = 0
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      looked += 1
      for (number, line) in try String(contentsOf: file, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false
      ).enumerated() {
        for match in line.matches(of: /\[String: [^\]]*\]|Set<String>/) {
          let isAllowed = Self.allowed[file.lastPathComponent]?.contains { match.output.hasPrefix($0) } == true
          #expect(isAllowed, "\(file.lastPathComponent):\(number + 1) looks up by String, not by Identifier: \(line)")
        }
      }
    }
    #expect(looked > 100)
  }
}
