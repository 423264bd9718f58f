import Foundation
import Testing

/// Trips that were made, in files that tests read if they are there.
enum RealTrips {
  /// The folder of real trips, beside the repository or named by RIDES_DATA.
  static let folder: URL? = {
    if let folder = ProcessInfo.processInfo.environment["RIDES_DATA"] { return URL(fileURLWithPath: folder) }
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path() != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appending(path: "shared/data")
      if FileManager.default.fileExists(atPath: candidate.path()) { return candidate }
    }
    return nil
  }()

  /// Unpacks a file, or its first lines, into a folder; returns the path of what comes out.
  static func unpack(_ name: String, lines: Int = .max, into target: URL) throws -> String {
    let packed = try #require(folder).appending(path: name)
    let unpacked = target.appending(path: packed.deletingPathExtension().lastPathComponent).path()
    let unpack = Process()
    unpack.executableURL = URL(fileURLWithPath: "/bin/sh")
    unpack.arguments = ["-c", "gzip -dc \"$0\" 2>/dev/null | head -n \(lines) > \"$1\"", packed.path(), unpacked]
    try unpack.run()
    unpack.waitUntilExit()
    return unpacked
  }
}
