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
}
