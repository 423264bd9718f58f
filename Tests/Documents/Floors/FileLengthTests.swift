import Foundation
import Testing

@Suite("The files of sources and tests") struct FileLengthTests {
  @Test("have no more lines than one can keep in mind", arguments: ["Sources", "Tests"])
  func length(folder: String) throws {
    let files = FileManager.default.enumerator(
      at: Document.project.appending(path: folder), includingPropertiesForKeys: nil)
    var looked = 0
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      looked += 1
      let lines = try String(contentsOf: file, encoding: .utf8).utf8.count { $0 == UInt8(ascii: "\n") }
      #expect(lines <= 350, "\(file.lastPathComponent)")
    }
    #expect(looked > 100)
  }
}
