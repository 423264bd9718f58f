/// A word or a sign of Swift's, and where it stands. Comments and what texts say are none; what a text fills in is.
struct SwiftToken {
  let text: String
  let line: Int

  /// Whether it begins as names of types do here.
  var isTypeName: Bool { text.utf8.first.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 } ?? false }

  var isName: Bool { text.utf8.first.map(SwiftTokens.isNameByte) ?? false }
}
