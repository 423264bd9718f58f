package import EventStreams

extension Int {
  /// With thin spaces between the thousands: `194 681`.
  package var grouped: String {
    let digits = String(magnitude)
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text.append("\u{202f}") }
      text.append(digit)
    }
    return self < 0 ? "−\(text)" : text
  }

  /// What a list says at its end that leaves out so many: `and 12 more`; nil if it leaves out none.
  package var more: String? { self > 0 ? "and \(grouped) more" : nil }
}

extension Double {
  /// Events a second, with as many digits as say something.
  package var perSecond: String {
    switch self {
    case ..<0.05: "0/s"
    case ..<10: "\((self * 10).rounded() / 10)/s"
    default: "\(Int(rounded()).grouped)/s"
    }
  }
}

extension Timestamp {
  /// For people: to the second, `2026-04-03 10:30:00`, in UTC.
  package var forPeople: String {
    let text = Timestamp(secondsSinceEpoch: microsecondsSinceEpoch.secondsRoundedDown).description
    return String(text.dropLast().replacing("T", with: " "))
  }
}

extension Int64 {
  fileprivate var secondsRoundedDown: Int64 { self >= 0 ? self / 1_000_000 : (self - 999_999) / 1_000_000 }
}

extension Array<UInt8> {
  /// What a page shows of a document: more than anybody reads, and less than a browser chokes on.
  private static let mostShown = 32_768
  /// From here on what lies deeper stands no further to the right: it would be blanks for the most part.
  private static let deepestIndented = 16

  /// JSON with a line for each value, or the beginning of it; what is none, as it is.
  package var indentedJSON: String {
    var text: [UInt8] = []
    text.reserveCapacity(Swift.min(count * 2, Self.mostShown))
    var depth = 0
    var isInString = false
    var isEscaped = false
    func newLine() { text += [0x0a] + Array(repeating: 0x20, count: Swift.min(depth, Self.deepestIndented) * 2) }
    for (place, byte) in enumerated() {
      // Between two characters.
      if text.count >= Self.mostShown, byte & 0xc0 != 0x80 {
        text += Array("\n… and \((count - place).grouped) bytes more".utf8)
        break
      }
      if isInString {
        text.append(byte)
        isInString = isEscaped || byte != UInt8(ascii: "\"")
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        continue
      }
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        text.append(byte)
        // An empty one stays on its line.
        if place + 1 < count, self[place + 1] == byte + 2 { continue }
        depth += 1
        newLine()
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if place > 0, self[place - 1] != byte - 2 {
          depth = Swift.max(0, depth - 1)
          newLine()
        }
        text.append(byte)
      case UInt8(ascii: ","):
        text.append(byte)
        newLine()
      case UInt8(ascii: ":"): text += [byte, 0x20]
      default:
        isInString = byte == UInt8(ascii: "\"")
        text.append(byte)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
