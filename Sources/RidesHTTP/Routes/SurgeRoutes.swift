import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import RideHailing

/// What fares are multiplied by, cell by cell.
struct SurgeRoutes {
  let deployment: Deployment

  func add(to routes: inout Routes) {
    routes.get("/v1/surge", .read) { request, context in
      let query = try Query(request, known: "city", "pool", "bbox", "limit")
      let area = try query["bbox"].map(Self.area)
      let (city, limit) = (query["city"], try query.limit())
      let cells = try await deployment.look(for: context) { namespace, connection in
        try await RideState(ServiceState(namespace: namespace, connection: connection)).cells(
          of: city, pool: query["pool"])
      }
      .filter { cell in area.map { Geohash.area(of: cell.name)?.touches($0) ?? false } ?? true }
      return JSONAnswer(ListPage(Array(cells.prefix(limit)), next: nil as String?) { $0.field("total", cells.count) })
    }
  }

  /// Reads west,south,east,north in degrees, as GeoJSON has it.
  private static func area(_ text: String) throws -> Geohash.Area {
    let numbers = text.split(separator: ",").compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == 4, numbers[0] <= numbers[2], numbers[1] <= numbers[3] else {
      throw Problem.malformed("bbox: '\(text)' is not west,south,east,north in degrees, such as 2.2,48.8,2.5,48.9")
    }
    return Geohash.Area(west: numbers[0], east: numbers[2], south: numbers[1], north: numbers[3])
  }
}
