public import EventStreams

/// What services keep of the days before a moment leaves their state: the archive has it.
///
/// That is an event, and not the doing of a clock, so that whoever builds a state from its history comes to the same: services remove what the
/// event says when it is their turn in the log.
public struct RecordsRemoved: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RECORDS_REMOVED"
  /// The topic of such an event: one that all services are delivered which keep anything.
  public static let topic = RideTopics.rides

  /// What leaves.
  public enum Records: String, Sendable, CaseIterable, FieldValue {
    /// The journals of accounts; what they come to is carried on.
    case accounts
    /// What is kept of each ride.
    case rides
  }

  /// What leaves.
  public let records: Records
  /// What leaves was recorded, or is of rides that ended, before this day, counted since 1970.
  public let before: Int64
  /// Which part of it: so that the server is never busy with all of a large day at once;
  public let part: Int
  /// of how many, which `sliceCount` is a multiple of.
  public let parts: Int
  /// The shard key: a text that belongs to the shard.
  public let place: String

  /// So many slices there are at most.
  public static let sliceCount = 16

  /// A part of what leaves a shard.
  public init(_ records: Records, before: Int64, part: Int, of parts: Int, place: String) {
    self.records = records
    self.before = before
    self.part = part
    self.parts = parts
    self.place = place
  }

  /// The slices that leave with this part.
  var slices: some Sequence<Int> { stride(from: part, to: Self.sliceCount, by: parts) }

  /// Whether it is the last part of what leaves.
  var isLast: Bool { part == parts - 1 }

  /// Closings of a shard are handled in order.
  public var orderingKey: String { Self.orderingKey(of: place) }

  static func orderingKey(of place: String) -> String { "closing:\(place)" }

  /// The place.
  public var shardKey: String { place }
  /// One per part.
  public var eventID: String { "\(Self.eventType):\(records.rawValue):\(before):\(part)/\(parts):\(place)" }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    records = try fields("records", \.records)
    before = try fields("before", { Self.start(of: $0.before) }, .startOfDay).day
    part = try fields("part", \.part)
    parts = try fields("parts", \.parts)
    place = try fields("place", \.place, .name)
  }

  /// The parts divide what there is.
  public func check() throws(JSONError) {
    guard (1...Self.sliceCount).contains(parts), Self.sliceCount % parts == 0 else {
      throw JSONError(path: "parts", problem: "\(parts) does not divide \(Self.sliceCount)")
    }
    guard (0..<parts).contains(part) else {
      throw JSONError(path: "part", problem: "\(part) is not between 0 and \(parts - 1)")
    }
  }

  /// The day that a moment is the beginning of.
  static func day(_ time: Timestamp, _ field: String) throws(JSONError) -> Int64 {
    guard start(of: time.day) == time else {
      throw JSONError(path: field, problem: "\(time) is not the beginning of a day")
    }
    return time.day
  }

  /// The first moment of a day.
  static func start(of day: Int64) -> Timestamp { Timestamp(secondsSinceEpoch: day * 86_400) }
}

extension Namespace {
  /// A shard key of a shard, for what belongs to all of it.
  func place(of shard: Int) -> String {
    var number = 0
    while self.shard(of: String(number)) != shard { number += 1 }
    return String(number)
  }
}
