import Foundation

/// A file that appears under its name when it is complete: until then it is `NAME.PID.partial`, which is removed if the program
/// ends before. What is there and no regular file, such as a device or a named pipe, is written to as it is.
struct OutputFile {
  private let descriptor: OutputDescriptor
  /// What the file is called until it is complete, and then; nil if it is written to as it is.
  private let names: (partial: String, final: String)?

  init(path: String) throws {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      names = nil
      descriptor = try Self.open(path, as: path, O_WRONLY)
      return
    }
    // The file that a link points to is replaced, not the link.
    let final = URL(fileURLWithPath: path).resolvingSymlinksInPath().path(percentEncoded: false)
    let partial = "\(final).\(getpid()).partial"
    descriptor = try Self.open(partial, as: path, O_WRONLY | O_CREAT | O_TRUNC)
    names = (partial, final)
    UnfinishedFiles.add(partial)
  }

  private static func open(_ path: String, as name: String, _ flags: Int32) throws -> OutputDescriptor {
    let number = Foundation.open(path, flags | O_CLOEXEC, 0o666)
    guard number >= 0 else {
      let code = errno
      if [ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, ENAMETOOLONG, ELOOP].contains(code) {
        throw Failure.usage("cannot write \(name): \(String(cString: strerror(code)))")
      }
      throw OutputDescriptor.Problem(name: name, code: code).failure
    }
    return OutputDescriptor(number: number, name: name)
  }

  func write(_ bytes: [UInt8]) throws {
    do throws(OutputDescriptor.Problem) { try descriptor.write(bytes) } catch { throw error.failure }
  }

  /// Makes it durable, and gives it its name.
  func finish() throws {
    if names != nil { try check(fsync(descriptor.number)) }
    try check(close(descriptor.number))
    guard let names else { return }
    try check(rename(names.partial, names.final))
    UnfinishedFiles.remove(names.partial)
  }

  private func check(_ result: Int32) throws {
    guard result == 0 else { throw OutputDescriptor.Problem(name: descriptor.name, code: errno).failure }
  }
}
