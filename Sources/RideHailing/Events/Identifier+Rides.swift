import EventStreams

extension Identifier {
  /// Throws unless a text can name a ride, a rider, a driver, a city and what else becomes part of an event's id or of a Redis key:
  /// 1 to 200 bytes.
  static func checkName(_ text: String, _ field: String) throws(JSONError) { try check(text, field, longest: 200) }
}
