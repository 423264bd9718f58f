import Redis

/// Adds events to a shard's log unless their ids are remembered.
struct PublishCall: FunctionCall {
  static let function = "publish"
  static let keyNames = ["log", "prefix of the publish windows"]

  /// What one call may hold, so that its arguments fit the stack of the server's Lua.
  static let mostEvents = 1000

  let topic: Topic
  let shard: Int
  let window: Duration
  let events: [EncodedEvent]
  /// Those of the events that are meant.
  let indexes: ArraySlice<Int>

  var keys: [String] { [topic.log(shard), topic.seen(shard)] }

  func write(to arguments: inout Commands) {
    arguments.argument(window.wholeMilliseconds)
    for index in indexes {
      arguments.argument(events[index].id)
      arguments.argument(events[index].json)
    }
  }

  /// What became of one event.
  struct Place {
    let streamID: StreamID
    let isDuplicate: Bool
    /// The JSON that stands there, if it is known and another.
    let other: [UInt8]?
  }

  static func answer(_ reply: ReplyNode) throws -> [Place] {
    var places: [Place] = []
    places.reserveCapacity(reply.count)
    for position in 0..<reply.count {
      let isOther = reply[position].count == 2
      let bytes = isOther ? reply[position][0].bytes : reply[position].bytes
      let isDuplicate = !bytes.isEmpty && bytes[0] == UInt8(ascii: "=")
      guard let id = StreamID(utf8: isDuplicate ? bytes.extracting(1...) : bytes) else {
        throw RedisError(.protocolViolation, "publish answered with something that is no stream id")
      }
      let other = isOther ? reply[position][1].bytes.withUnsafeBufferPointer { Array($0) } : nil
      places.append(Place(streamID: id, isDuplicate: isDuplicate, other: other))
    }
    return places
  }
}
