package import HiredisClient

extension ReplyNode {
  /// The records of a stream's entries. Those of one commit are fields of one entry: name, value, name, value, …
  package func storedRecords() -> (records: [StoredRecord], entries: Int, last: EntryID?) {
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
