import EventStreams

/// The rule for addresses that mail is sent to.
enum EmailAddress {
  /// Throws unless the text looks like one address: something on both sides of one `@`, and nothing that could end a header.
  static func check(_ text: String, _ field: String) throws(JSONError) {
    let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"<>,;\"()[]\\".utf8.contains($0) }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, isPlain, text.utf8.count <= 254 else {
      throw JSONError(path: field, problem: "\"\(text.prefix(60))\" is not an e-mail address")
    }
  }
}
