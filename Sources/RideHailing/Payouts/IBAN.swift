import EventStreams

/// An account of a bank, by its number of ISO 13616: of a country's length and structure, with check digits that hold.
public struct IBAN: Sendable, Hashable, CustomStringConvertible {
  /// Without blanks, in capital letters.
  public let description: String

  /// Why a text is no IBAN.
  public struct Problem: Error, Sendable, CustomStringConvertible {
    /// What is wrong, for people; the number itself is not repeated.
    public let description: String
  }

  /// A number as people write it, with or without blanks.
  public init(_ text: String) throws(Problem) {
    let bytes = text.utf8.filter { $0 != UInt8(ascii: " ") }.map { Self.isSmall($0) ? $0 - 32 : $0 }
    guard bytes.count >= 5, bytes.allSatisfy({ Self.isDigit($0) || Self.isCapital($0) }), Self.isCapital(bytes[0]),
      Self.isCapital(bytes[1]), Self.isDigit(bytes[2]), Self.isDigit(bytes[3])
    else {
      throw Problem(description: "is no IBAN: a country's two letters, two check digits, then letters and digits")
    }
    let country = String(decoding: bytes[..<2], as: UTF8.self)
    guard let structure = IBANStructure.of(country) else {
      throw Problem(description: "begins with \(country), which has no IBAN")
    }
    guard bytes.count == structure.length + 4 else {
      throw Problem(
        description: "has \(bytes.count) characters, and one of \(country) has \(structure.length + 4)")
    }
    guard structure.fits(bytes[4...]) else {
      throw Problem(description: "has letters and digits elsewhere than one of \(country) has them")
    }
    // 98 less the rest, as they are computed: so 00, 01 and 99 never are, though their rest is the same as others'.
    let rest = Self.rest(bytes[4...] + bytes[..<2] + [UInt8(ascii: "0"), UInt8(ascii: "0")])
    let digits = Int(bytes[2] - UInt8(ascii: "0")) * 10 + Int(bytes[3] - UInt8(ascii: "0"))
    guard digits == 98 - rest else { throw Problem(description: "has check digits that do not hold: a digit is wrong") }
    description = String(decoding: bytes, as: UTF8.self)
  }

  /// What is left when it is divided by 97, each letter being two digits (ISO 7064, MOD 97-10).
  private static func rest(_ bytes: some Sequence<UInt8>) -> Int {
    bytes.reduce(0) { rest, byte in
      isDigit(byte)
        ? (rest * 10 + Int(byte - UInt8(ascii: "0"))) % 97 : (rest * 100 + Int(byte - UInt8(ascii: "A")) + 10) % 97
    }
  }

  static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
  private static func isSmall(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
}
