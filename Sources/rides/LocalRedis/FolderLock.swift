import Foundation

/// The right to run a server in a folder. The server gets it handed down and keeps it for as long as it lives, so that nobody touches
/// its files or starts a second one beside it, whatever has become of its socket and of who started it.
final class FolderLock: Sendable {
  /// The open file that is locked.
  let descriptor: Int32

  /// Takes the lock, and notes who has it; nil if somebody else has.
  init?(_ path: String, holder: String) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Failure.refused("cannot open \(path): \(String(cString: strerror(errno)))") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      guard reason == EWOULDBLOCK || reason == EINTR else {
        throw Failure.refused("cannot lock \(path): \(String(cString: strerror(reason)))")
      }
      return nil
    }
    _ = ftruncate(descriptor, 0)
    let text = Array("\(holder)\n".utf8)
    _ = write(descriptor, text, text.count)
  }

  deinit { close(descriptor) }

  /// Who has the lock, as they noted.
  static func holder(_ path: String) -> String {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.isEmpty ? "another process" : text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
