import Foundation
import RideTestSupport
import Testing

extension RealTrips {
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
