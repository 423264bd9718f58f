import Foundation

/// A mail as it is written, line after line, each ended as mail programs want it (RFC 5322, 2.1).
struct MailText {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(1024) }

  /// Adds a line of some texts, one after the other.
  mutating func line(_ texts: String...) {
    let start = bytes.count
    for text in texts { bytes.append(contentsOf: text.utf8) }
    // No text ends its line: what follows could be taken for a header.
    for index in start..<bytes.count where bytes[index] < 0x20 { bytes[index] = 0x20 }
    bytes.append(contentsOf: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
  }

  /// Adds a line with one text at its beginning and another at its end, the columns of a table.
  mutating func row(_ name: String, _ amount: String, width: Int) {
    line(name, String(repeating: " ", count: max(1, width - name.count - amount.count)), amount)
  }

  /// Adds a header whose text may be beyond ASCII: then it is encoded, in words that are each short enough for a line (RFC 2047).
  mutating func header(_ name: String, _ text: String) {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return line(name, ": ", text) }
    var words: [[UInt8]] = [[]]
    for character in text.unicodeScalars {
      let bytes = Array(String(character).utf8)
      if words[words.count - 1].count + bytes.count > Self.longestWord { words.append([]) }
      words[words.count - 1] += bytes
    }
    for (index, word) in words.enumerated() {
      line(index == 0 ? "\(name): " : " ", "=?utf-8?B?", Data(word).base64EncodedString(), "?=")
    }
  }

  /// Bytes of text; an encoded word has 75 characters at the most, and its line 76 (RFC 2047, 2). A header's name takes some of the first.
  private static let longestWord = 39

  /// Adds lines that are written already.
  mutating func add(_ lines: [UInt8]) { bytes += lines }

  var isASCII: Bool { bytes.allSatisfy { $0 < 0x80 } }

  /// True if a line is longer than a mail's may be (RFC 5322, 2.1.1).
  var hasLongLine: Bool {
    var length = 0
    for byte in bytes {
      length = byte == UInt8(ascii: "\n") ? 0 : length + 1
      // With its end.
      if length > 998 + 1 { return true }
    }
    return false
  }
}
