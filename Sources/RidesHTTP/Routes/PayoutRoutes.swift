import EventStreams
import EventStreamsHTTP
import HTTPTypes
import Hummingbird
import RideHailing

/// The payouts of drivers, and the runs that they belong to.
struct PayoutRoutes {
  let books: Books

  func add(to routes: inout Routes) {
    routes.get("/v1/payouts", .accountsRead) { request, context in
      let query = try Query(request, known: "run", "driver", "state", "limit", "cursor")
      let page = try Self.page(query, of: try await books.payouts(for: context).all)
      return JSONAnswer(ListPage(page.payouts, next: page.next) { $0.field("total", page.total) })
    }
    routes.get("/v1/payouts/runs", .accountsRead) { request, context in
      let limit = try Query(request, known: "limit").limit()
      let runs = try await books.payouts(for: context).runs
      return JSONAnswer(ListPage(Array(runs.prefix(limit)), next: nil as String?) { $0.field("total", runs.count) })
    }
  }

  /// What payouts are listed by.
  static let states = ["ordered", "refused", "returned"]

  /// The part of the payouts that is asked for, by name.
  static func page(
    _ query: Query, of payouts: [ListedPayout]
  ) throws -> (payouts: [ListedPayout], next: ListPlace?, total: Int) {
    let (run, driver, state) = (query["run"], query["driver"], query["state"])
    if let state, !Self.states.contains(where: { $0.hasSameBytes(as: state) }) {
      throw Problem.malformed("state: '\(state)' is none of \(Self.states.joined(separator: ", "))")
    }
    func isAskedFor(_ value: String, _ asked: String?) -> Bool { asked.map { value.hasSameBytes(as: $0) } ?? true }
    let all = payouts.filter {
      isAskedFor($0.record.run, run) && isAskedFor($0.record.driverID, driver) && isAskedFor($0.record.state, state)
    }
    let page = try query.part(of: all) { ListPlace($0.name) }
    return (page.part, page.next, all.count)
  }
}
