import EventStreams

/// The tips of a ride that a service has booked: each is booked once, whatever is published again.
struct RideTips: Sendable, Hashable, JSONRecord {
  /// Hash: ride -> its tips; only of rides that were tipped.
  static let hash = "tips"

  /// The ids of the events that asked for them, oldest first.
  private(set) var tips: [String] = []

  init() {}

  init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    tips = try fields("tips", \.tips)
  }

  func contains(_ tip: String) -> Bool { tips.contains { $0.hasSameBytes(as: tip) } }

  func adding(_ tip: String) -> RideTips {
    var more = self
    more.tips.append(tip)
    return more
  }

  /// What a service has booked of a ride's tips, and the condition under which that is still so.
  static func booked(_ ride: String, in shard: OwnedShard) async throws -> (tips: RideTips, Effects.Condition) {
    guard let stored = try await shard.field(hash, ride) else { return (RideTips(), .isAbsent) }
    var parser = JSONParser()
    return (try RideTips(from: parser.parse(stored.utf8.span)), .equals(stored))
  }
}
