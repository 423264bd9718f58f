import Foundation

/// A folder that mail is delivered into, one file per mail, as mail programs read it (D. J. Bernstein's maildir).
public struct Maildir: MailDelivery {
  private let folder: String

  /// A mail could not be stored.
  public struct DeliveryError: Error, Sendable, CustomStringConvertible {
    /// What it says to people.
    public let description: String
  }

  /// The folder; made with its parts when the first mail is delivered.
  public init(_ folder: String) { self.folder = folder }

  /// Stores a mail durably: written to `tmp`, flushed to disk, then moved to `new` in one step.
  ///
  /// Delivering a name again replaces what is there, so a mail is never there twice.
  public func deliver(_ mail: Mail) throws {
    let (text, name) = (mail.text(from: MailServer.standardSender, allowsEightBit: true), mail.name)
    do {
      try store(text, name)
    } catch CocoaError.fileNoSuchFile, CocoaError.fileReadNoSuchFile {
      for part in ["tmp", "new", "cur"] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
      }
      try store(text, name)
    }
  }

  private func store(_ mail: [UInt8], _ name: String) throws {
    let temporary = "\(folder)/tmp/\(name)"
    let final = "\(folder)/new/\(name)"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      if errno == ENOENT { throw CocoaError(.fileNoSuchFile) }
      throw failure("write", temporary)
    }
    defer { close(file) }
    var bytes = mail[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw failure("write", temporary) }
      bytes = bytes.dropFirst(written)
    }
    guard fsync(file) == 0 else { throw failure("flush", temporary) }
    guard rename(temporary, final) == 0 else { throw failure("move", temporary) }
  }

  private func failure(_ step: String, _ path: String) -> DeliveryError {
    DeliveryError(description: "cannot \(step) \(path): \(String(cString: strerror(errno)))")
  }
}
