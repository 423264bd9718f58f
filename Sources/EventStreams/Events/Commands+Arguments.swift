package import HiredisClient

extension Commands {
  /// Adds an argument for each of some texts, after their number.
  package mutating func arguments(counted texts: some Collection<String>) {
    argument(texts.count)
    for text in texts { argument(text) }
  }

  /// Adds an argument for each of some entries, after their number.
  package mutating func arguments(counted ids: some Collection<EntryID>) {
    argument(ids.count)
    for id in ids { argument(id) }
  }

  package mutating func argument(_ id: EntryID) {
    argument(milliseconds: id.milliseconds, sequence: id.sequence)
  }

  /// Adds an id, or an empty argument.
  package mutating func argument(_ id: EntryID?) {
    if let id { argument(id) } else { argument("") }
  }

  /// Adds a value as JSON, or an empty argument.
  package mutating func argument(json value: (some JSONWritable)?) {
    guard let value else { return argument("") }
    var writer = JSONWriter()
    value.write(to: &writer)
    argument(writer.bytes)
  }
}
