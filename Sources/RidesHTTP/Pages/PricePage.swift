import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import Hummingbird
import RideHailing

/// What fares are multiplied by, as cells of cities where they lie.
struct PricePage {
  let site: Site
  let deployment: Deployment

  func add(to routes: inout Routes) {
    routes.get("/prices", .read) { request, context in
      let query = try Query(request, known: "city", "pool", "ago")
      let ago = try query.integer("ago", in: 0...60) ?? 0
      let time = Timestamp.now() - .seconds(ago * 60)
      let cells = try await deployment.look(for: context) { namespace, connection in
        if ago > 0 {
          return try await RideState.cells(before: time, Inspector(namespace: namespace, connection: connection))
        }
        return try await RideState(ServiceState(namespace: namespace, connection: connection)).cells()
      }
      return site.page(
        "map",
        Model(
          frame: site.frame("Prices", request, context), cells, chosen: query["city"], pool: query["pool"], ago: ago,
          at: ago > 0 ? time.forPeople : nil))
    }
  }

  private struct Model: Sendable {
    struct City: Sendable {
      let name: String
      let isChosen: Bool
    }

    struct Row: Sendable {
      let city: String
      /// Which cars.
      let pool: String
      let cell: String
      let factor: String
      let demand: String
      let supply: String
      let asOf: String
    }

    struct Heat: Sendable {
      let heat: String
      let name: String
    }

    let frame: Site.Frame
    /// Minutes ago.
    let ago: Int
    /// The moment that is shown; nil for now.
    let at: String?
    let cities: [City]
    let pools: [City]
    let maps: [CityMap]
    let rows: [Row]
    let isEmpty: Bool
    /// True if some city has prices for more than its usual cars.
    let hasPools: Bool
    let legend = [
      Heat(heat: "heat0", name: "1.0"), Heat(heat: "heat1", name: "to 1.4"), Heat(heat: "heat2", name: "to 1.9"),
      Heat(heat: "heat3", name: "to 2.4"), Heat(heat: "heat4", name: "2.5 and more"),
    ]

    init(frame: Site.Frame, _ all: [SurgeCell], chosen: String?, pool chosenPool: String?, ago: Int, at: String?) {
      self.frame = frame
      (self.ago, self.at) = (ago, at)
      let names = Set(names: all.map { $0.multiplier.pool ?? SurgeCell.usual }).sorted()
      pools = names.map { City(name: $0.text, isChosen: chosenPool.map($0.text.hasSameBytes) ?? false) }
      let cells = all.filter { cell in chosenPool.map(cell.multiplier.isOf(pool:)) ?? true }
      let byCity = Dictionary(grouping: all) { Identifier($0.multiplier.city) }.sorted { $0.key < $1.key }
      cities = byCity.map { City(name: $0.key.text, isChosen: chosen.map($0.key.text.hasSameBytes) ?? false) }
      let shown = Dictionary(grouping: cells) { Identifier($0.multiplier.city) }.sorted { $0.key < $1.key }
        .filter { city, _ in chosen.map(city.text.hasSameBytes) ?? true }
      maps = shown.flatMap { city, cells in
        Dictionary(grouping: cells) { Identifier($0.multiplier.pool ?? "") }.sorted { $0.key < $1.key }
          .map { pool, cells in CityMap(pool.text.isEmpty ? city.text : "\(city), \(pool)", cells) }
      }
      rows = shown.flatMap(\.value).map { cell in
        Row(
          city: cell.multiplier.city, pool: cell.multiplier.pool ?? SurgeCell.usual, cell: cell.name,
          factor: cell.factor,
          demand: cell.multiplier.demand.grouped,
          supply: cell.multiplier.supply.grouped, asOf: cell.time.forPeople)
      }
      isEmpty = rows.isEmpty
      hasPools = all.contains { $0.multiplier.pool != nil }
    }
  }
}
