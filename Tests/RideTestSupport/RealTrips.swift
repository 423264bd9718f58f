public import Foundation

/// Trips that were made, in files that tests read if they are there.
public enum RealTrips {
  /// The folder of real trips, beside the repository or named by RIDES_DATA.
  public static let folder: URL? = {
    if let folder = ProcessInfo.processInfo.environment["RIDES_DATA"] { return URL(fileURLWithPath: folder) }
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path() != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appending(path: "shared/data")
      if FileManager.default.fileExists(atPath: candidate.path()) { return candidate }
    }
    return nil
  }()

  /// A file of the folder, unpacked.
  public static func text(of name: String) throws -> String {
    guard let folder else { throw CocoaError(.fileNoSuchFile) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name.hasSuffix(".gz") ? "zcat" : "cat", folder.appending(path: name).path()]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
  }
}
