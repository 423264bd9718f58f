import Foundation

/// A file that a command reads.
enum InputFile {
  /// Opens a file, or standard input for `-` or nil.
  static func open(_ path: String?) throws -> Int32 {
    guard let path, path != "-" else {
      if isatty(STDIN_FILENO) == 1 { Terminal.error("reading events from the terminal; end with Ctrl-D") }
      return STDIN_FILENO
    }
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure.usage("cannot read \(path): \(String(cString: strerror(errno)))") }
    return descriptor
  }
}
