public import EventStreams
public import Hummingbird

/// The parameters of a request's address. What none of them is called is refused: a filter that is misspelt would leave everything.
public struct Query: Sendable {
  private let values: [Identifier: String]

  /// Reads them.
  ///
  /// - Parameter known: what parameters there are.
  /// - Throws: a `Problem` for another one, and for one that is given twice.
  public init(_ request: Request, known: String...) throws(Problem) {
    try self.init(text: request.uri.query ?? "", known)
  }

  /// Reads what stands after an address's question mark.
  init(text: String, known: String...) throws(Problem) { try self.init(text: text, known) }

  private init(text: String, _ known: [String]) throws(Problem) {
    guard let pairs = FieldPairs.read(text) else {
      throw .malformed("the address holds a % that begins no character", pointer: nil)
    }
    var values: [Identifier: String] = [:]
    for (name, value) in pairs {
      guard known.contains(where: { $0.hasSameBytes(as: name) }) else {
        throw .malformed("there is no parameter '\(name)' here; there are \(known.joined(separator: ", "))")
      }
      guard values.updateValue(value, forKey: Identifier(name)) == nil else {
        throw .malformed("the parameter '\(name)' is given twice")
      }
    }
    self.values = values
  }

  /// One that says something; nil if it isn't given, or is empty, as a form's fields are that nobody has filled in.
  public subscript(_ name: String) -> String? {
    guard let value = values[Identifier(name)], !value.isEmpty else { return nil }
    return value
  }

  /// A moment, as 2026-04-03T10:30:00Z or 2026-04-03.
  public func time(_ name: String) throws(Problem) -> Timestamp? {
    guard let text = self[name] else { return nil }
    for text in [text, "\(text)T00:00:00Z", "\(text):00Z", "\(text)Z"] {
      if let time = try? Timestamp(iso8601: text) { return time }
    }
    throw .malformed("\(name): '\(text)' is no time such as 2026-04-03T10:30:00Z")
  }

  /// A whole number within bounds.
  public func integer(_ name: String, in bounds: ClosedRange<Int>) throws(Problem) -> Int? {
    guard let text = self[name] else { return nil }
    guard let number = Int(text), bounds.contains(number) else {
      throw .malformed("\(name): '\(text)' is no whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return number
  }

  /// How much of a list is wanted.
  public func limit() throws(Problem) -> Int { try integer("limit", in: 1...1000) ?? 50 }

  /// Where a list goes on; nil for its beginning.
  public func cursor<Place>(_ read: (String) -> Place?) throws(Problem) -> Place? {
    guard let text = self["cursor"] else { return nil }
    guard let place = Cursor.place(of: text).flatMap(read) else {
      throw .malformed("cursor: this is none that was given as nextCursor of this list")
    }
    return place
  }
}
