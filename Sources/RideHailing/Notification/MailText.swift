import Foundation

/// A mail as it is written, line after line, each ended as mail programs want it (RFC 5322, 2.1).
struct MailText {
  private(set) var bytes: [UInt8] = []
  private(set) var isASCII = true
  /// True if a line is longer than a mail's may be (RFC 5322, 2.1.1).
  private(set) var hasLongLine = false

  init() { bytes.reserveCapacity(1024) }

  /// Without its end.
  private static let longestLine = 998

  /// Adds a line of some texts, one after the other.
  mutating func line(_ texts: String...) {
    let start = bytes.count
    for text in texts { bytes.append(contentsOf: text.utf8) }
    endLine(from: start)
  }

  /// Adds a line with one text at its beginning and another at its end, the columns of a table.
  mutating func row(_ name: String, _ amount: String, width: Int) {
    let start = bytes.count
    bytes.append(contentsOf: name.utf8)
    let blanks = max(1, width - name.count - amount.count)
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: blanks))
    bytes.append(contentsOf: amount.utf8)
    endLine(from: start)
  }

  private mutating func endLine(from start: Int) {
    var all: UInt8 = 0
    bytes.withUnsafeMutableBufferPointer { bytes in
      for index in start..<bytes.count {
        // No text ends its line: what follows could be taken for a header.
        bytes[index] = max(bytes[index], UInt8(ascii: " "))
        all |= bytes[index]
      }
    }
    isASCII = isASCII && all < 0x80
    hasLongLine = hasLongLine || bytes.count - start > Self.longestLine
    bytes.append(UInt8(ascii: "\r"))
    bytes.append(UInt8(ascii: "\n"))
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
  mutating func add(_ text: MailText) {
    bytes += text.bytes
    isASCII = isASCII && text.isASCII
    hasLongLine = hasLongLine || text.hasLongLine
  }

  /// Adds lines that are written as quoted-printable: ASCII, and short.
  mutating func add(quotedPrintable lines: [UInt8]) { bytes += lines }
}
