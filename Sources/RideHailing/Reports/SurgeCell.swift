public import EventStreams
public import EventStreamsOperations

/// A cell of a city with what fares there are multiplied by.
public struct SurgeCell: Sendable, JSONWritable {
  /// Its geohash.
  public let name: String
  /// As it was at the last tick of its city.
  public let multiplier: SurgeMultiplier

  /// What a city's usual cars are called where a pool is asked for.
  public static let usual = "usual"

  /// The minute that it is as of.
  public var time: Timestamp { Timestamp(secondsSinceEpoch: Int64(multiplier.minute) * 60) }

  /// `1.3`
  public var factor: String { "\(multiplier.percent / 100).\(multiplier.percent % 100 / 10)" }

  init(name: String, multiplier: SurgeMultiplier) {
    self.name = name
    self.multiplier = multiplier
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("cell", name)
      $0.field("surge", multiplier)
    }
  }
}

extension SurgeMultiplier {
  /// Whether it is of these cars.
  public func isOf(pool name: String) -> Bool { (pool ?? SurgeCell.usual).hasSameBytes(as: name) }
}

extension RideState {
  /// The cells as they were at a moment, the highest multiplier first: what the last events before it say of each, as far as the log has them.
  public static func cells(before time: Timestamp, _ inspector: Inspector) async throws -> [SurgeCell] {
    var seen: Set<Identifier> = []
    var cells: [SurgeCell] = []
    for event in try await inspector.latest(ofTopic: SurgeUpdated.topic, before: time, limit: 10_000) {
      guard event.header?.type == SurgeUpdated.eventType, let change = try? SurgeUpdated(ofEvent: event.json.span)
      else { continue }
      for cell in change.cells
      where seen.insert(Identifier("\(cell.cell)/\(cell.pool ?? "")/\(change.city)")).inserted {
        cells.append(
          SurgeCell(name: cell.cell, multiplier: SurgeMultiplier(cell, city: change.city, minute: change.minute)))
      }
    }
    return cells.sorted { $0.multiplier.percent > $1.multiplier.percent }
  }

  /// The cells of a city, or of all, the highest multiplier first.
  ///
  /// - Parameters:
  ///   - city: nil for all.
  ///   - pool: of which cars, `SurgeCell.usual` for a city's usual ones; nil for all.
  public func cells(of city: String? = nil, pool: String? = nil) async throws -> [SurgeCell] {
    try await multipliers()
      .filter { city == nil || $0.multiplier.city.lowercased() == city?.lowercased() }
      .filter { pool.map($0.multiplier.isOf(pool:)) ?? true }
      .map { SurgeCell(name: $0.cell, multiplier: $0.multiplier) }
  }
}
