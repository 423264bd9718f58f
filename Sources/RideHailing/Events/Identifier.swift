import EventStreams

/// The rule for names that become part of Redis keys: rides, riders, drivers, cities.
enum Identifier {
  /// Throws unless the text has 1 … 200 bytes and no control character.
  static func check(_ text: String, _ field: String) throws(JSONError) {
    guard !text.isEmpty else { throw JSONError(path: field, problem: "must not be empty") }
    guard text.utf8.count <= 200 else { throw JSONError(path: field, problem: "is longer than 200 bytes") }
    let bytes = text.utf8.span
    for index in bytes.indices where bytes[index] < 0x20 || bytes[index] == 0x7f {
      throw JSONError(path: field, problem: "must not hold control characters")
    }
  }
}
