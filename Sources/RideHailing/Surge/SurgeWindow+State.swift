import EventStreams

extension SurgeWindow {
  /// The window as it is stored.
  ///
  /// - Parameter fields: reads all fields of one of the service's hashes.
  init(
    _ policy: SurgePolicy, storedIn fields: (_ hash: String) async throws -> [Identifier: String]
  ) async throws {
    // The multipliers first: whatever is counted meanwhile, none is newer than the last minute.
    let multipliers = try await fields(SurgeState.multipliers).mapValues { json in
      var parser = JSONParser()
      return try SurgeMultiplier(from: parser.parse(json.utf8.span))
    }
    let frontier = Int64(try await fields(SurgeState.frontier)["minute"] ?? "") ?? 0
    var minutes: [Int64: [Identifier: Counts]] = [:]
    if frontier > 0 {
      for minute in (frontier - Int64(policy.windowMinutes) + 1)...frontier {
        minutes[minute] = Self.counts(try await fields(SurgeState.minute(minute)))
      }
    }
    self.init(frontier: frontier, minutes: minutes, multipliers: multipliers)
  }

  private static func counts(_ fields: [Identifier: String]) -> [Identifier: Counts] {
    var cells: [Identifier: Counts] = [:]
    for (field, value) in fields {
      let parts = field.text.split(separator: "|")
      guard parts.count == 2, let number = Int(value) else { continue }
      if parts[1] == "demand" {
        cells[String(parts[0]), default: Counts()].demand = number
      } else {
        cells[String(parts[0]), default: Counts()].supply = number
      }
    }
    return cells
  }
}
