import EventStreams
import Foundation

extension Cities {
  /// A file of cities has at most so many.
  static let most = 100_000

  /// Reads a file of cities: `city,zone,unit`, of which the unit, `km` or `mi`, may be empty: then it is `km`.
  public static func read(_ path: String) throws(FileMistake) -> Cities {
    var cities: [Identifier: (city: City, line: Int)] = [:]
    for row in try TableFile.rows(path, columns: ["city", "zone"], more: ["unit"], most: most) {
      guard let name = try row.name("city") else { throw row.mistake("city is missing") }
      let zoneName = try row.required("zone")
      guard let zone = TimeZone(identifier: zoneName) else {
        throw row.mistake("zone is '\(zoneName)', and none such as Europe/Paris")
      }
      guard let unit = DistanceUnit(rawValue: row["unit"] ?? DistanceUnit.kilometers.rawValue) else {
        throw row.mistake("unit is '\(row["unit"] ?? "")', and neither km nor mi")
      }
      if let other = cities.updateValue((City(zone: zone, unit: unit), row.line), forKey: Identifier(name)) {
        throw row.mistake("is for the same city as line \(other.line)")
      }
    }
    return Cities(cities.mapValues(\.city))
  }
}
