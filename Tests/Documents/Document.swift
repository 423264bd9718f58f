import Foundation

/// A text of the project in Markdown.
struct Document {
  /// The project's folder.
  static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  let name: String
  let text: String

  /// README.md, and the articles beside the sources.
  static func all() throws -> [Document] {
    var files = [project.appending(path: "README.md")]
    let sources = project.appending(path: "Sources")
    for target in try FileManager.default.contentsOfDirectory(atPath: sources.path) {
      let catalog = sources.appending(path: "\(target)/\(target).docc")
      let articles = (try? FileManager.default.contentsOfDirectory(atPath: catalog.path)) ?? []
      files += articles.filter { $0.hasSuffix(".md") }.sorted().map { catalog.appending(path: $0) }
    }
    return try files.map { Document(name: $0.lastPathComponent, text: try String(contentsOf: $0, encoding: .utf8)) }
  }

  /// The blocks of code that are marked as Swift.
  var swift: [String] {
    text.split(separator: "```swift\n").dropFirst().compactMap { $0.split(separator: "\n```").first.map(String.init) }
  }
}
