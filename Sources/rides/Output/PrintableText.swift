extension Unicode.Scalar {
  /// Whether it does something to a terminal instead of being shown there: control characters (C0, DEL, C1), what ends a line,
  /// and what changes the direction of the text around it.
  var steersTerminal: Bool {
    switch value {
    case 0x00...0x1f, 0x7f...0x9f, 0x2028, 0x2029: true
    case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}

extension String {
  /// The text on one line that only shows something: `\n`, `\t` and `\r` are written as such, others as `\u{9b}`.
  var printable: String {
    guard unicodeScalars.contains(where: \.steersTerminal) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case _ where scalar.steersTerminal: text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// JSON on one line that says the same and only shows something: what steers terminals is written as `\u009b`.
  var printableJSON: String {
    guard unicodeScalars.contains(where: \.steersTerminal) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      // Within a string they are escaped already: this is space between values.
      case "\n", "\t", "\r": text += " "
      case _ where scalar.steersTerminal:
        let digits = String(scalar.value, radix: 16)
        text += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
