import Foundation

/// Texts as banks take them: the letters, digits and signs that every bank of the euro area has (EPC217-08, SEPA Requirements for an Extended
/// Character Set).
enum BankText {
  private static let signs = Array("/-?:().,'+ ".utf8)
  /// What no accent can be taken off.
  private static let others: [Character: String] = [
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i", "&": "+", "’": "'", "–": "-", "—": "-",
  ]

  /// A text in these characters: accents are taken off, what is not Latin is written in Latin letters, and what can't be is a full stop. No
  /// slash stands at its beginning or end, and no two together.
  static func of(_ text: String, longest: Int) -> String {
    let latin = text.applyingTransform(.toLatin, reverse: false) ?? text
    var bytes: [UInt8] = []
    for character in latin.precomposedStringWithCanonicalMapping {
      if let other = others[character] {
        bytes += other.utf8
        continue
      }
      let plain = String(character).decomposedStringWithCanonicalMapping.unicodeScalars.filter {
        !$0.properties.isDiacritic && $0.properties.generalCategory != .nonspacingMark
      }
      let ascii = plain.compactMap { $0.isASCII ? UInt8(truncatingIfNeeded: $0.value) : nil }
      bytes += ascii.count == plain.count && !ascii.isEmpty && ascii.allSatisfy(isTaken) ? ascii : [UInt8(ascii: ".")]
    }
    var result: [UInt8] = []
    for byte in bytes where result.count < longest {
      let isDoubled = result.last == byte && (byte == UInt8(ascii: "/") || byte == UInt8(ascii: " "))
      let isLeading = result.isEmpty && (byte == UInt8(ascii: "/") || byte == UInt8(ascii: " "))
      if !isDoubled && !isLeading { result.append(byte) }
    }
    while let last = result.last, last == UInt8(ascii: "/") || last == UInt8(ascii: " ") { result.removeLast() }
    return String(decoding: result, as: UTF8.self)
  }

  private static func isTaken(_ byte: UInt8) -> Bool {
    IBAN.isDigit(byte) || IBAN.isCapital(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || signs.contains(byte)
  }
}
