import Foundation

/// Writes many lines to standard output or to a file, a piece at a time.
///
/// A file appears under its name when it is complete. If nobody reads standard output any more, the program ends quietly.
struct LineOutput {
  private let path: String?
  private let handle: FileHandle
  private var bytes: [UInt8] = []

  private static let pieceSize = 64 * 1024

  /// Output to this file; to standard output if nil.
  init(path: String? = nil) throws {
    self.path = path
    guard let path else {
      handle = .standardOutput
      return
    }
    let partial = Self.partial(path)
    guard FileManager.default.createFile(atPath: partial, contents: nil),
      let handle = FileHandle(forWritingAtPath: partial)
    else {
      throw Failure.usage("cannot write \(partial): \(String(cString: strerror(errno)))")
    }
    self.handle = handle
  }

  private static func partial(_ path: String) -> String { "\(path).partial" }

  /// Writes a line. A line break within is a blank afterwards: in JSON it can only be that.
  mutating func write(json: [UInt8]) throws {
    bytes.reserveCapacity(Self.pieceSize + json.count)
    for byte in json { bytes.append(byte == 0x0a || byte == 0x0d ? 0x20 : byte) }
    try endLine()
  }

  /// Writes a line of text.
  mutating func write(_ line: String) throws {
    bytes.append(contentsOf: line.utf8)
    try endLine()
  }

  private mutating func endLine() throws {
    bytes.append(0x0a)
    if bytes.count >= Self.pieceSize { try flush() }
  }

  private mutating func flush() throws {
    if path == nil {
      Terminal.write(bytes)
    } else {
      try handle.write(contentsOf: bytes)
    }
    bytes.removeAll(keepingCapacity: true)
  }

  /// Writes what is left.
  mutating func finish() throws {
    try flush()
    guard let path else { return }
    try handle.synchronize()
    try handle.close()
    guard rename(Self.partial(path), path) == 0 else {
      throw Failure.usage("cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }
}
