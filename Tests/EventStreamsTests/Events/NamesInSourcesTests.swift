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
    let files = try Self.files()
    for (file, lines) in files {
      for (number, line) in lines.enumerated() {
        for match in line.matches(of: /\[String: [^\]]*\]|Set<String>/) {
          let isAllowed = Self.allowed[file]?.contains { match.output.hasPrefix($0) } == true
          #expect(isAllowed, "\(file):\(number + 1) looks up by String, not by Identifier: \(line)")
        }
      }
    }
    #expect(files.count > 100)
  }

  @Test("list no fields of generic types by key paths: such are made anew whenever an event is read or written")
  func keyPaths() throws {
    let files = try Self.files().filter { $0.lines.contains { $0.contains(/struct \w+<.*JSONRecord/) } }
    for (file, lines) in files {
      for (number, line) in lines.enumerated() where line.contains("try fields") {
        #expect(!line.contains(/, \\\./), "\(file):\(number + 1) has a key path where a closure is to be: \(line)")
      }
    }
    #expect(files.count > 5)
  }

  private static func files() throws -> [(name: String, lines: [Substring])] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let files = FileManager.default.enumerator(at: root.appending(path: "Sources"), includingPropertiesForKeys: nil)
    var found: [(name: String, lines: [Substring])] = []
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      let lines = try String(contentsOf: file, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false)
      found.append((file.lastPathComponent, lines))
    }
    return found
  }
}
