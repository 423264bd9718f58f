import Foundation
import RedisTestSupport
import Testing

@Suite("Help") struct HelpTests {
  /// The program's commands, as it describes itself.
  private func described() async throws -> Any {
    let help = try await RidesProcess.run("--experimental-dump-help", redis: "redis://127.0.0.1:1")
    #expect(help.status == 0)
    return try JSONSerialization.jsonObject(with: Data(help.output.utf8))
  }

  /// All texts for people in a description.
  private func texts(_ value: Any) -> [String] {
    if let values = value as? [Any] { return values.flatMap(texts) }
    guard let fields = value as? [String: Any] else { return [] }
    return fields.flatMap { name, value in
      if ["abstract", "discussion"].contains(name), let text = value as? String { return [text] }
      return texts(value)
    }
  }

  @Test("is wrapped by the width of the terminal: no paragraph has line breaks of its own")
  func paragraphs() async throws {
    let texts = texts(try await described())
    #expect(texts.count > 100)
    for text in texts {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      for (line, next) in zip(lines, lines.dropFirst()) {
        let isBroken = [line, next].allSatisfy { !$0.isEmpty && $0.first != " " }
        #expect(!isBroken, "a break after: \(line)")
      }
    }
  }

  @Test("is as wide as COLUMNS says")
  func width() async throws {
    func longest(_ columns: Int) async throws -> Int {
      let shell = try await RidesProcess.run(
        all: ["COLUMNS=\(columns)", TestProgram(built: "rides").path, "audit", "--help"], redis: "redis://127.0.0.1:1",
        program: "/usr/bin/env")
      return shell.output.split(separator: "\n").filter { !$0.hasPrefix("USAGE") }.map(\.count).max() ?? 0
    }
    #expect(try await longest(60) <= 60)
    #expect((150...200).contains(try await longest(200)))
  }
}
