import Foundation

/// The bytes of an open file that have been read and not been used up.
struct ByteInput {
  private let fileDescriptor: Int32
  /// What has been read; what lies before `position` is used up.
  private(set) var bytes: [UInt8] = []
  var position = 0
  private(set) var isAtEnd = false

  private static let pieceSize = 1 << 18

  init(fileDescriptor: Int32) { self.fileDescriptor = fileDescriptor }

  /// Reads until there are at least so many bytes from the position on, or no more.
  mutating func fill(_ count: Int) throws(ImportProblem) {
    while bytes.count - position < count, !isAtEnd { try more() }
  }

  /// Reads a piece more, and forgets what is used up.
  mutating func more() throws(ImportProblem) {
    bytes.removeFirst(position)
    position = 0
    let descriptor = fileDescriptor
    var (count, failure) = (0, Int32(0))
    let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { piece, initialized in
      repeat { count = read(descriptor, piece.baseAddress, piece.count) } while count < 0 && errno == EINTR
      failure = errno
      initialized = max(0, count)
    }
    guard count >= 0 else { throw ImportProblem("cannot be read: \(String(cString: strerror(failure)))") }
    bytes += piece
    isAtEnd = count == 0
  }
}
