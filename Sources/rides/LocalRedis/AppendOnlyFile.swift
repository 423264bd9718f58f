import Foundation

/// The append-only file of a server that does not run: the last of its parts, which a server that was killed may have written
/// incompletely.
///
/// Redis 7.0 cuts off only a command that is incomplete, keeps the beginning of its transaction, and plays that at the start after the
/// next: events that were never published, without what remembers them. So the beginning of a transaction is cut off here. Whatever
/// else is wrong is left to people: a cut anywhere but at the very end would lose what was confirmed.
struct AppendOnlyFile {
  private let path: String

  /// The last part in a folder, as its manifest names it; nil if there is none.
  init?(_ folder: String) throws {
    guard let manifest = FileManager.default.contents(atPath: "\(folder)/appendonly.aof.manifest") else { return nil }
    var last: (name: String, sequence: Int)?
    for line in String(decoding: manifest, as: UTF8.self).split(whereSeparator: \.isNewline) {
      // file NAME seq NUMBER type KIND
      let words = line.split(separator: " ")
      guard words.count >= 6, words[0] == "file", words[4] == "type", words[5] == "i", let sequence = Int(words[3])
      else { continue }
      if sequence >= last?.sequence ?? 0 { last = (String(words[1]), sequence) }
    }
    guard let last, FileManager.default.fileExists(atPath: "\(folder)/\(last.name)") else { return nil }
    path = "\(folder)/\(last.name)"
  }

  /// Cuts off the transaction at the end that has a beginning and no end, if there is one, and keeps a copy of the file as it was.
  ///
  /// - Returns: what was done, for people; nil if there was nothing to do.
  /// - Throws: what is wrong, if it is anything else; nothing was changed then.
  func mend() throws -> String? {
    let (size, end) = try scan()
    let length: Int
    switch end {
    case .complete: return nil
    case .incomplete(let place): length = place
    case .damaged(let place, let reason):
      throw Failure(
        message: """
          \(path) is damaged at byte \(place) of \(size): \(reason). Nothing was changed, and Redis was not started: it would not \
          load this. Put a copy of the folder back, or move the folder away, start anew and run `rides restore --from-archive`; \
          `redis-check-aof` shows the place, and its --fix throws away everything from there on
          """, status: 69)
    }
    let copy = "\(path).before-cut-\(Int(Date().timeIntervalSince1970 * 1000))"
    do {
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      for name in [copy, path] {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: name))
        if name == path { try file.truncate(atOffset: UInt64(length)) }
        try file.synchronize()
        try file.close()
      }
    } catch {
      throw Failure(message: "cannot cut the incomplete end off \(path): \(ServerFolder.reason(error))", status: 69)
    }
    return
      "cut the last \(size - length) bytes off \(path): a transaction that was not complete when the server ended; the file as it was is \(copy)"
  }

  private func scan() throws -> (size: Int, end: CommandScan.End) {
    do {
      let file = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
      return file.withUnsafeBytes { bytes in
        var scan = CommandScan(bytes)
        return (bytes.count, scan.run())
      }
    } catch {
      throw Failure(message: "cannot read \(path): \(ServerFolder.reason(error))", status: 69)
    }
  }
}
