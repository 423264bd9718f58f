import Foundation

/// Writes many lines of data to standard output or to a file, a piece at a time.
///
/// A file appears under its name when it is complete, and not at all if the program ends before. Lines are written as they
/// are, except to a terminal, which they must not steer.
struct LineOutput {
  private let file: OutputFile?
  private let isOnTerminal: Bool
  private var bytes: [UInt8] = []

  private static let pieceSize = 64 * 1024

  /// Output to this file; to standard output if nil.
  init(path: String? = nil) throws {
    file = try path.map { try OutputFile(path: $0) }
    isOnTerminal = file == nil && isatty(STDOUT_FILENO) == 1
  }

  /// Writes a line. A line break within is a blank afterwards: in JSON it can only be that.
  mutating func write(json: [UInt8]) throws {
    bytes.reserveCapacity(Self.pieceSize + json.count)
    if isOnTerminal {
      bytes.append(contentsOf: String(decoding: json, as: UTF8.self).printableJSON.utf8)
    } else {
      for byte in json { bytes.append(byte == 0x0a || byte == 0x0d ? 0x20 : byte) }
    }
    try endLine()
  }

  /// Writes a line of text.
  mutating func write(_ line: String) throws {
    bytes.append(contentsOf: (isOnTerminal ? line.printable : line).utf8)
    try endLine()
  }

  private mutating func endLine() throws {
    bytes.append(0x0a)
    if bytes.count >= Self.pieceSize || isOnTerminal { try flush() }
  }

  private mutating func flush() throws {
    if let file { try file.write(bytes) } else { Terminal.write(bytes) }
    bytes.removeAll(keepingCapacity: true)
  }

  /// Writes what is left.
  mutating func finish() throws {
    try flush()
    try file?.finish()
  }
}
