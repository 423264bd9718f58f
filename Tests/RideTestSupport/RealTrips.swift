public import Foundation
import RedisTestSupport

/// Trips that were made, in files that tests read if they are there.
public enum RealTrips {
  /// The folder of real trips, beside the repository or named by RIDES_DATA.
  public static let folder: URL? = {
    if let folder = ProcessInfo.processInfo.environment["RIDES_DATA"] { return URL(fileURLWithPath: folder) }
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path(percentEncoded: false) != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appending(path: "shared/data")
      if FileManager.default.fileExists(atPath: candidate.path(percentEncoded: false)) { return candidate }
    }
    return nil
  }()

  /// A file of the folder, unpacked.
  public static func text(of name: String) async throws -> String {
    try await TestProgram(name.hasSuffix(".gz") ? "zcat" : "cat").run([try path(of: name)]).output
  }

  /// Unpacks a file, or its first lines, into a folder; returns the path of what comes out.
  public static func unpack(_ name: String, lines: Int = .max, into target: URL) async throws -> String {
    let packed = URL(fileURLWithPath: try path(of: name))
    let unpacked = target.appending(path: packed.deletingPathExtension().lastPathComponent).path(percentEncoded: false)
    let script = "gzip -dc \"$0\" 2>/dev/null | head -n \(lines) > \"$1\""
    _ = try await TestProgram("sh").run(["-c", script, packed.path(percentEncoded: false), unpacked])
    return unpacked
  }

  private static func path(of name: String) throws -> String {
    guard let folder else { throw CocoaError(.fileNoSuchFile) }
    return folder.appending(path: name).path(percentEncoded: false)
  }
}
