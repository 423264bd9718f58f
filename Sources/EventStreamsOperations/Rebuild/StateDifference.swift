public import EventStreams

/// Something in which two states of a service differ.
public struct StateDifference: Sendable, Hashable, JSONWritable {
  /// The hash or stream.
  public let name: String
  /// The field of a hash, or the record of a stream.
  public let item: String
  /// What the live state has; nil if nothing.
  public let live: String?
  /// What the rebuilt state has; nil if nothing.
  public let rebuilt: String?

  /// A difference.
  public init(name: String, item: String, live: String?, rebuilt: String?) {
    self.name = name
    self.item = item
    self.live = live
    self.rebuilt = rebuilt
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("name", name)
      $0.field("item", item)
      $0.field("live", live)
      $0.field("rebuilt", rebuilt)
    }
  }
}

extension StateImage.Contents {
  /// In what this live state differs from one that was rebuilt. The order of a stream's records does not count, nor do
  /// their entries: those tell when they were committed.
  ///
  /// - Parameter onDifference: is told of each.
  func compare(
    with rebuilt: StateImage.Contents, _ onDifference: (StateDifference) -> Void
  ) {
    for name in names.union(rebuilt.names).sorted() {
      // What vanishes does so by the server's clock: one may have it still, or not yet.
      if rebuilt.expiries[name] != nil || expiries[name] != nil,
        (hashes[name] == nil) != (rebuilt.hashes[name] == nil)
      {
        continue
      }
      compareHash(name, rebuilt, onDifference)
      compareStream(name, rebuilt, onDifference)
    }
  }

  private func compareHash(
    _ name: Identifier, _ rebuilt: StateImage.Contents, _ onDifference: (StateDifference) -> Void
  ) {
    let (live, built) = (hashes[name] ?? [:], rebuilt.hashes[name] ?? [:])
    for field in Set(live.keys).union(built.keys).sorted() {
      let (value, other) = (live[field], built[field])
      // Values are the same as names are: byte by byte.
      guard value.map({ Identifier($0) }) != other.map({ Identifier($0) }) else { continue }
      onDifference(StateDifference(name: name.text, item: field.text, live: value, rebuilt: other))
    }
  }

  private func compareStream(
    _ name: Identifier, _ rebuilt: StateImage.Contents, _ onDifference: (StateDifference) -> Void
  ) {
    let (live, built) = (streams[name] ?? [], rebuilt.streams[name] ?? [])
    // Most are the same in the same order, and need not be counted.
    var same = 0
    while same < min(live.count, built.count), live[same].json == built[same].json { same += 1 }
    var counts: [[UInt8]: Int] = [:]
    for record in live[same...] { counts[record.json, default: 0] += 1 }
    for record in built[same...] { counts[record.json, default: 0] -= 1 }
    for (json, count) in counts where count != 0 {
      let text = String(decoding: json, as: UTF8.self)
      onDifference(
        StateDifference(
          name: name.text, item: text, live: count > 0 ? "\(count) more" : nil,
          rebuilt: count < 0 ? "\(-count) more" : nil))
    }
  }

  /// A digest of what a comparison looks at: the same for the same state.
  func digest() -> UInt64 {
    var digest = StateDigest()
    for name in names.sorted() where expiries[name] == nil {
      digest.add(name.text)
      for (field, value) in (hashes[name] ?? [:]).sorted(by: { $0.key < $1.key }) {
        digest.add(field.text)
        digest.add(value)
      }
      digest.add(streams[name] ?? [])
    }
    return digest.value
  }
}
