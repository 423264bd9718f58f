public import EventStreams

/// A cell of a city with what fares there are multiplied by.
public struct SurgeCell: Sendable, JSONWritable {
  /// Its geohash.
  public let name: String
  /// As it was in the last minute of its shard.
  public let multiplier: SurgeMultiplier

  /// The minute that it is as of.
  public var time: Timestamp { Timestamp(secondsSinceEpoch: Int64(multiplier.minute) * 60) }

  /// `1.3`
  public var factor: String { "\(multiplier.percent / 100).\(multiplier.percent % 100 / 10)" }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("cell", name)
      $0.field("surge", multiplier)
    }
  }
}

extension RideState {
  /// The cells of a city, or of all, the highest multiplier first.
  public func cells(of city: String? = nil) async throws -> [SurgeCell] {
    try await multipliers()
      .filter { city == nil || $0.multiplier.city.lowercased() == city?.lowercased() }
      .map { SurgeCell(name: $0.cell, multiplier: $0.multiplier) }
  }
}
