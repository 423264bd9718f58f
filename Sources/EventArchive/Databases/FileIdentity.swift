import Foundation

/// What tells a file from another one that takes its name.
struct FileIdentity: Hashable {
  private let device: UInt64
  private let number: UInt64

  /// The file that has a name now; nil if none has.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    number = UInt64(status.st_ino)
  }
}
