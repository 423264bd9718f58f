/// An event as a log held it, marked with the shard that it was in: it can be logged again as it was by a program that doesn't know its
/// type, or would refuse it today.
///
/// `{"id":"GIFT_GIVEN:7","type":"GIFT_GIVEN",…,"loggedIn":"4/8"}` was in shard 4 of 8, and is logged without the last field.
public enum LoggedEvent {
  private static let mark = #","loggedIn":""#

  /// Marks an event.
  ///
  /// - Parameters:
  ///   - json: an object as it was logged.
  ///   - shard: where it is logged.
  ///   - shardCount: how many shards the namespace had; nil if that isn't known.
  public static func marked(_ json: [UInt8], shard: Int, of shardCount: Int?) -> [UInt8] {
    guard let end = json.lastIndex(of: UInt8(ascii: "}")) else { return json }
    return json[..<end] + Array("\(mark)\(shard)/\(shardCount.map(String.init) ?? "")\"}".utf8)
  }

  /// Reads a marked event; nil if it isn't marked.
  ///
  /// - Parameter topic: of a type.
  /// - Throws: if the namespace has no such shard, or what is marked is no event.
  static func read(
    _ json: [UInt8], for namespace: Namespace, topic: (EventType) -> String
  ) throws(JSONError) -> EncodedEvent? {
    guard let (event, place) = unmarked(json) else { return nil }
    let parts = place.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let shard = Int(parts[0]), shard >= 0, parts[1].isEmpty || Int(parts[1]) != nil else {
      throw JSONError(path: "loggedIn", problem: "\"\(place)\" is no shard of so many")
    }
    guard shard < namespace.shardCount, parts[1].isEmpty || Int(parts[1]) == namespace.shardCount else {
      throw JSONError(
        path: "loggedIn", problem: "it was in shard \(place), and the namespace has \(namespace.shardCount) shards")
    }
    return try again(event, shard: shard, of: namespace, topic: topic)
  }

  /// An event as a log held it, to be logged again in the same shard, byte for byte.
  ///
  /// - Throws: if it is no event.
  public static func again(
    _ event: [UInt8], shard: Int, of namespace: Namespace, topic: (EventType) -> String
  ) throws(JSONError) -> EncodedEvent {
    let header = try EventHeader(ofEvent: event.span, fallbackID: "")
    try Identifier.check(header.id, "id")
    return EncodedEvent(
      id: header.id, type: header.type, topic: topic(header.type), shardKey: namespace.shardKey(choosing: shard),
      json: event)
  }

  private static func unmarked(_ json: [UInt8]) -> (event: [UInt8], place: String)? {
    let mark = Array(mark.utf8)
    // A place has two numbers.
    let tail = max(0, json.count - mark.count - 24)
    guard json.suffix(2).elementsEqual("\"}".utf8),
      let start = (tail..<json.count).last(where: { json[$0...].starts(with: mark) })
    else { return nil }
    let place = json[(start + mark.count)..<(json.count - 2)]
    return (json[..<start] + [UInt8(ascii: "}")], String(decoding: place, as: UTF8.self))
  }
}

extension Namespace {
  /// A shard key that chooses a shard.
  fileprivate func shardKey(choosing shard: Int) -> String {
    var number = 0
    while self.shard(of: "\(number)") != shard { number += 1 }
    return "\(number)"
  }
}

extension EncodedEvent {
  fileprivate init(id: String, type: EventType, topic: String, shardKey: String, json: [UInt8]) {
    self.id = id
    self.type = type
    self.topic = topic
    self.shardKey = shardKey
    self.json = json
  }
}
