import EventStreams
import EventStreamsHTTP
import RideHailing

/// The cells of a city where they lie to one another.
struct CityMap: Sendable {
  struct Cell: Sendable {
    let x: Int
    let y: Int
    let w: Int
    let h: Int
    let midX: Int
    let midY: Int
    let subY: Int
    let heat: String
    let isOld: Bool
    let isWide: Bool
    let factor: String
    let counts: String
    let title: String
  }

  let city: String
  let width: Int
  let height: Int
  let cells: [Cell]
  let label: String
  let age: String

  /// Cells of a map are about twice as wide as they are high.
  private static let drawn = 620.0

  init(_ city: String, _ all: [SurgeCell]) {
    self.city = city
    let areas = all.compactMap { cell in Geohash.area(of: cell.name).map { (cell, $0) } }
    let west = areas.map(\.1.west).min() ?? 0
    let east = areas.map(\.1.east).max() ?? 1
    let south = areas.map(\.1.south).min() ?? 0
    let north = areas.map(\.1.north).max() ?? 1
    let cell = areas.first?.1
    // As many cells side by side as there are, each at the most as large as says what it has to say.
    let columns = max(1, (east - west) / max(1e-9, (cell?.east ?? 1) - (cell?.west ?? 0)))
    let cellWidth = min(72, max(10, Self.drawn / columns))
    let scaleX = cellWidth / max(1e-9, (cell?.east ?? 1) - (cell?.west ?? 0))
    let scaleY = cellWidth * 0.62 / max(1e-9, (cell?.north ?? 1) - (cell?.south ?? 0))
    width = Int((east - west) * scaleX) + 2
    height = Int((north - south) * scaleY) + 2
    let newest = all.map(\.time).max() ?? .now()
    cells = areas.map { cell, area in
      let (x, y) = (Int((area.west - west) * scaleX), Int((north - area.north) * scaleY))
      let (w, h) = (Int((area.east - area.west) * scaleX), Int((area.north - area.south) * scaleY))
      let multiplier = cell.multiplier
      return Cell(
        x: x, y: y, w: w, h: h, midX: x + w / 2, midY: y + h / 2 + 1, subY: y + h / 2 + 13,
        heat: Self.heat(multiplier.percent), isOld: newest - cell.time > .seconds(600), isWide: w >= 40,
        factor: cell.factor, counts: "\(multiplier.demand) / \(multiplier.supply)",
        title:
          "\(cell.name): \(cell.factor) times, \(multiplier.demand) rides asked for, \(multiplier.supply) cars, as of \(cell.time.forPeople)"
      )
    }
    let risen = all.count { $0.multiplier.percent > 100 }
    label = "\(all.count) cells of \(city), in \(risen) of which prices have risen; the table below says the same"
    let ago = Timestamp.now() - newest
    age =
      "As of \(newest.forPeople), \(ago > .seconds(120) ? "\(ago.short) ago" : "now"); prices have risen in \(risen) of \(all.count) cells."
  }

  private static func heat(_ percent: Int) -> String {
    switch percent {
    case ...100: "heat0"
    case ..<150: "heat1"
    case ..<200: "heat2"
    case ..<250: "heat3"
    default: "heat4"
    }
  }
}
