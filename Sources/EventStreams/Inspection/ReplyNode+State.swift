import Redis

extension ReplyNode {
  /// The text of a string as far as it is UTF-8, for what others may have written: nothing throws because of it.
  var lossyText: String {
    kind == .integer
      ? (try? String(integer())) ?? "" : bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  /// A number from outside; nil if it is none.
  var lenientInteger: Int? { kind == .nil ? nil : try? integer() }

  /// The records of a stream's entries. Those of one commit are fields of one entry: name, value, name, value, …
  func storedRecords() -> (records: [StoredRecord], entries: Int, last: EntryID?) {
    var records: [StoredRecord] = []
    var last: EntryID?
    for index in 0..<count {
      let id = EntryID(utf8: self[index][0].bytes) ?? .zero
      last = id
      let fields = self[index][1]
      for field in stride(from: 1, to: fields.count, by: 2) {
        records.append((id, fields[field].bytes.withUnsafeBufferPointer { Array($0) }))
      }
    }
    return (records, count, last)
  }
}

extension [Identifier: String] {
  /// A hash as Redis lists it: field, value, field, value, …
  init(alternating values: [String]) {
    self.init(minimumCapacity: values.count / 2)
    for index in stride(from: 0, to: values.count - 1, by: 2) { self[values[index]] = values[index + 1] }
  }
}
