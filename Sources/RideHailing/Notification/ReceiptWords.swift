import EventStreams
import Foundation

/// The words of a receipt in a language. What stands in braces is put in when it is written.
struct ReceiptWords: Sendable {
  /// The language's code, of ISO 639.
  let language: String

  let subject: String
  /// `{version}`
  let laterVersion: String
  /// `{city}`
  let thanks: String
  /// `{city}`
  let calledOff: String
  let hasChanged: String
  /// `{item}`, `{now}`, `{before}`
  let change: String
  let otherItems: String

  // MARK: What the fare is made of

  let base: String
  let cancellation: String
  let distance: String
  let time: String
  let surge: String
  let tolls: String
  let taxes: String
  let tip: String
  let total: String

  // MARK: Where the money came from

  let card: String
  let wallet: String
  let cash: String
  let refunded: String
  let owed: String
  let writtenOff: String
  let inWallet: String
  let laterTip: String
  let nothingOwed: String
  /// `{reason}`
  let failed: String

  // MARK: The ride

  /// `{ride}`, `{driver}`
  let ride: String
  /// `{distance}`, `{minutes}`
  let way: String

  /// Those of a language; English, if there are none in it.
  static func of(_ locale: Locale?) -> ReceiptWords {
    guard let code = locale?.language.languageCode?.identifier else { return english }
    return all.first { $0.language == code } ?? english
  }

  static let all = [english, spanish, portuguese, french, german]

  /// A phrase with what is to stand in its braces.
  static func fill(_ phrase: String, _ values: KeyValuePairs<String, String>) -> String {
    // By bytes: braces are ASCII, and so are the names in them.
    let phrase = Array(phrase.utf8)
    var text: [UInt8] = []
    text.reserveCapacity(phrase.count + 64)
    var position = 0
    while let start = phrase[position...].firstIndex(of: UInt8(ascii: "{")),
      let end = phrase[start...].firstIndex(of: UInt8(ascii: "}"))
    {
      text += phrase[position..<start]
      let name = phrase[(start + 1)..<end]
      if let value = values.first(where: { $0.key.utf8.elementsEqual(name) })?.value { text += value.utf8 }
      position = end + 1
    }
    text += phrase[position...]
    return String(decoding: text, as: UTF8.self)
  }
}
