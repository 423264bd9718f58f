import EventStreams

/// Where the surge service keeps its state of a shard.
enum SurgeState {
  /// Hash: city -> `SurgeClock`.
  static let cities = "cities"
  /// Hash: cell, pool and city -> `SurgeMultiplier`, of those that are not the plain price.
  static let prices = "prices"
  /// Hash: minute, `demand` or `freed`, cell, pool and city -> how many, of the minutes that count.
  static let counts = "counts"
  /// Hash: cell, pool and city -> what was seen.
  static let cars = "cars"
  /// Hash: moment, pool and city -> `SurgePolicy`.
  static let policies = "policies"

  static func count(_ minute: Int64, _ what: String, _ field: SurgeField) -> String {
    "\(minute)/\(what)/\(field.text)"
  }

  static func policy(_ from: Timestamp, _ field: SurgeField) -> String {
    "\(from.microsecondsSinceEpoch)/\(field.text)"
  }

  /// `at,until,vacant`, in microseconds since 1970; several with semicolons between them.
  static func text(_ seen: [SurgePool.Seen]) -> String {
    seen.map { "\($0.at.microsecondsSinceEpoch),\($0.until.microsecondsSinceEpoch),\($0.vacant)" }
      .joined(separator: ";")
  }

  private static func seen(_ text: String) -> [SurgePool.Seen] {
    text.split(separator: ";").compactMap { part in
      let numbers = part.split(separator: ",").compactMap { Int64($0) }
      guard numbers.count == 3 else { return nil }
      return SurgePool.Seen(
        at: Timestamp(microsecondsSinceEpoch: numbers[0]), until: Timestamp(microsecondsSinceEpoch: numbers[1]),
        vacant: Int(numbers[2]))
    }
  }

  /// The cities of a shard as they are stored.
  ///
  /// - Parameter fields: reads all fields of one of the service's hashes.
  static func cities(
    storedIn fields: (_ hash: String) async throws -> [Identifier: String]
  ) async throws -> [Identifier: SurgeCity] {
    var cities: [Identifier: SurgeCity] = [:]
    for (name, json) in try await fields(Self.cities) {
      var parser = JSONParser()
      cities[name] = SurgeCity(name.text, try SurgeClock(from: parser.parse(json.utf8.span)))
    }
    func restore(_ field: SurgeField?, _ change: (inout SurgePool) -> Void) {
      guard let field else { return }
      cities[Identifier(field.city)]?.restore(field.pool, change)
    }
    for (field, value) in try await fields(counts) {
      let parts = field.text.split(separator: "/", maxSplits: 2)
      guard parts.count == 3, let minute = Int64(parts[0]), let number = Int(value),
        let field = SurgeField(parts[2], hasCell: true), let cell = field.cell
      else { continue }
      restore(field) {
        if parts[1] == "demand" {
          $0.minutes[minute, default: [:]][cell, default: .init()].demand = number
        } else {
          $0.minutes[minute, default: [:]][cell, default: .init()].freed = number
        }
      }
    }
    for (field, value) in try await fields(cars) {
      guard let field = SurgeField(field.text[...], hasCell: true), let cell = field.cell else { continue }
      restore(field) { $0.cars[cell] = seen(value) }
    }
    for (field, json) in try await fields(prices) {
      guard let field = SurgeField(field.text[...], hasCell: true), let cell = field.cell else { continue }
      var parser = JSONParser()
      let price = try SurgeMultiplier(from: parser.parse(json.utf8.span))
      restore(field) { $0.prices[cell] = price.percent / 10 }
    }
    for (field, json) in try await fields(policies) {
      let parts = field.text.split(separator: "/", maxSplits: 1)
      guard parts.count == 2, let from = Int64(parts[0]), let field = SurgeField(parts[1], hasCell: false) else {
        continue
      }
      var parser = JSONParser()
      let policy = try SurgePolicy(from: parser.parse(json.utf8.span))
      restore(field) {
        $0.policies.append((Timestamp(microsecondsSinceEpoch: from), policy))
        $0.policies.sort { $0.from < $1.from }
      }
    }
    return cities
  }
}
