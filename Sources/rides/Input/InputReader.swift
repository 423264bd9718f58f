import Dispatch
import Foundation
import RideHailing

/// Reads a file or standard input in pieces, on a thread that may wait. What is no text in UTF-8 is refused by its first bytes.
struct InputReader: Sendable {
  private let descriptor: Int32
  private let name: String
  private let queue = DispatchQueue(label: "input")
  private var hasBegun = false

  /// Opens a file; nil or `-` is standard input.
  init(path: String?) throws {
    descriptor = try InputFile.open(path)
    name = path ?? "standard input"
  }

  /// The next piece, as soon as there is any; nil at the end.
  mutating func next() async throws -> [UInt8]? {
    guard !hasBegun else { return try await read() }
    hasBegun = true
    var first = try await read()
    // A pipe may give a byte at a time; a line of text ends what has to be looked at.
    while let begin = first, begin.count < Self.sampleSize, !begin.contains(UInt8(ascii: "\n")),
      let more = try await read()
    {
      first = begin + more
    }
    if let foreign = ForeignContent(firstBytes: first ?? []) {
      throw Failure.usage("\(name) \(foreign.problem(for: "rides publish"))")
    }
    return first
  }

  private func read() async throws -> [UInt8]? {
    let (descriptor, name) = (descriptor, name)
    return try await withCheckedThrowingContinuation { continuation in
      queue.async {
        continuation.resume(with: Result { try Self.read(descriptor, name) })
      }
    }
  }

  private static let pieceSize = 256 * 1024
  private static let sampleSize = 64

  private static func read(_ descriptor: Int32, _ name: String) throws -> [UInt8]? {
    while true {
      var failure: Int32 = 0
      let piece = [UInt8](unsafeUninitializedCapacity: pieceSize) { buffer, count in
        let result = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
        failure = result < 0 ? errno : 0
        count = max(0, result)
      }
      if failure == EINTR { continue }
      if failure != 0 {
        throw Failure.usage("cannot read \(name): \(String(cString: strerror(failure)))")
      }
      return piece.isEmpty ? nil : piece
    }
  }
}
