import Foundation
import Testing

@Suite("The documents") struct DocumentTests {
  /// Code without blanks at the ends of lines, and without empty lines: snippets stand deeper in their files.
  private func lines(_ code: String) -> [String] {
    code.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  private func sources(_ folders: String...) throws -> [(name: String, text: String)] {
    try folders.flatMap { folder in
      let root = Document.project.appending(path: folder)
      let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
      return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map {
        ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8))
      }
    }
  }

  @Test("show no code but what is compiled with the tests, line by line")
  func code() throws {
    let compiled = try sources("Tests/Documents", "Tests/OrdersExampleTests", "Sources/OrdersExample").map {
      lines($0.text)
    }
    var blocks = 0
    for document in try Document.all() {
      for block in document.swift {
        let wanted = lines(block)
        blocks += 1
        let isThere = compiled.contains { file in
          file.indices.contains { file[$0...].starts(with: wanted) }
        }
        #expect(isThere, "\(document.name):\n\(block)")
      }
    }
    #expect(blocks > 15)
  }

  @Test("say of every line that is logged as an error or as critical what is to be done")
  func logLines() throws {
    let operating = try #require(try Document.all().first { $0.name == "Operating.md" }).text
    var found = 0
    for source in try sources("Sources/EventStreams", "Sources/RideHailing", "Sources/rides") {
      for match in source.text.matches(of: /log\.(?:critical|error)\(\s*"((?:[^"\\]|\\\([^)]*\)|\\.)*)"/) {
        found += 1
        // What is filled in differs.
        let parts = String(match.1).split(separator: /\\\([^)]*\)/).map { $0.trimmingCharacters(in: .whitespaces) }
        for part in parts { #expect(operating.contains(part), "\(source.name): \(match.1)") }
      }
    }
    #expect(found >= 12)
  }

  @Test("keep the README within 200 lines")
  func length() throws {
    let readme = try String(contentsOf: Document.project.appending(path: "README.md"), encoding: .utf8)
    #expect(readme.split(separator: "\n", omittingEmptySubsequences: false).count <= 200)
  }
}
