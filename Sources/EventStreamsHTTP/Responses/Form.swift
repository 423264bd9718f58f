import EventStreams

/// What somebody has filled in: `application/x-www-form-urlencoded`.
struct Form: Sendable {
  private let fields: [(name: String, value: String)]

  init(_ bytes: [UInt8]) throws(Problem) {
    guard let fields = FieldPairs.read(String(decoding: bytes, as: UTF8.self)) else {
      throw .malformed("the form can't be read")
    }
    self.fields = fields
  }

  /// A field that says something; nil if there is none, or it is empty.
  subscript(_ name: String) -> String? { all(name).first { !$0.isEmpty } }

  /// All fields of a name.
  func all(_ name: String) -> [String] { fields.filter { $0.name.hasSameBytes(as: name) }.map(\.value) }
}
