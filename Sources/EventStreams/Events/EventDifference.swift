/// What an event says differently from the first of its id, which is the one that is there.
///
/// Only what the producer said counts: type, key and data, whatever the order of fields and the way numbers are written; not when, nor
/// in which trace.
public struct EventDifference: Sendable, Hashable, CustomStringConvertible {
  /// In few words: `data.fare.base is 1230 there and 9999 here`.
  public let description: String

  init(description: String) { self.description = description }

  /// The difference; nil if both say the same.
  init?(of event: [UInt8], to first: [UInt8]) {
    guard let there = Self.contents(first) else {
      description = "what is there is no event"
      return
    }
    let here = Self.contents(event) ?? [:]
    let paths = Set(there.keys).union(here.keys).filter { there[$0]?.meaning != here[$0]?.meaning }.sorted()
    guard let path = paths.first else { return nil }
    let both = "\(path) is \(there[path]?.text ?? "missing") there and \(here[path]?.text ?? "missing") here"
    description = paths.count == 1 ? both : "\(both), and \(paths.count - 1) more differ"
  }

  private struct Content {
    /// The same for what means the same.
    let meaning: Identifier
    let text: String
  }

  /// Every value by its path; nil if it is no JSON object.
  private static func contents(_ json: [UInt8]) -> [Identifier: Content]? {
    var parser = JSONParser()
    var contents: [Identifier: Content] = [:]
    do {
      try parser.parse(json.span).object().forEachField { (name, value) throws(JSONError) in
        if ["type", "key", "data"].contains(name) { try add(value, at: name, to: &contents) }
      }
    } catch {
      return nil
    }
    return contents
  }

  private static func add(
    _ value: borrowing JSONValue, at path: String, to contents: inout [Identifier: Content]
  ) throws(JSONError) {
    switch value.kind {
    case .object:
      try value.object().forEachField { (name, value) throws(JSONError) in
        try add(value, at: "\(path).\(name)", to: &contents)
      }
    case .array:
      var place = 0
      try value.forEachElement { (element) throws(JSONError) in
        try add(element, at: "\(path)[\(place)]", to: &contents)
        place += 1
      }
    // A field that is null is taken for one that is not there.
    case .null: break
    case .number:
      let meaning = (try? value.integer()).map(String.init) ?? (try? value.double()).map { "\($0)" } ?? value.text
      contents[Identifier(path)] = Content(meaning: Identifier(meaning), text: value.text)
    default:
      let text = value.kind == .string ? "\"\(value.text)\"" : value.text
      contents[Identifier(path)] = Content(
        meaning: Identifier(text), text: text.count > 60 ? "\(text.prefix(59))…" : text)
    }
  }
}
