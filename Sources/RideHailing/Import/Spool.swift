import Foundation

/// Input that can be read several times.
enum Spool {
  /// The file itself if it can be read from its beginning again; else a copy of what is left of it, which has no name, and is
  /// gone with the process.
  static func rewindable(_ fileDescriptor: Int32) throws(ImportProblem) -> Int32 {
    if lseek(fileDescriptor, 0, SEEK_CUR) >= 0 { return fileDescriptor }
    var template = Array("\(NSTemporaryDirectory())/rides-import-XXXXXX".utf8CString)
    let copy = mkstemp(&template)
    guard copy >= 0 else { throw problem() }
    unlink(template)
    var input = ByteInput(fileDescriptor: fileDescriptor)
    while !input.isAtEnd {
      try input.more()
      while input.position < input.bytes.count {
        let count = input.bytes[input.position...].withUnsafeBytes { write(copy, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw problem() }
        input.position += count
      }
    }
    lseek(copy, 0, SEEK_SET)
    return copy
  }

  private static func problem() -> ImportProblem {
    ImportProblem("cannot be copied to \(NSTemporaryDirectory()): \(String(cString: strerror(errno)))")
  }
}
