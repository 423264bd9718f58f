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
      let page = try await page(query, context)
      return JSONAnswer(ListPage(page.payouts, next: page.next) { $0.field("total", page.total) })
    }
    routes.get("/v1/payouts/runs", .accountsRead) { request, context in
      let limit = try Query(request, known: "limit").limit()
      let runs = try await books.payoutRuns(for: context)
      return JSONAnswer(ListPage(Array(runs.prefix(limit)), next: nil as String?) { $0.field("total", runs.count) })
    }
  }

  /// What payouts are listed by.
  static let states = ["ordered", "refused", "returned"]

  /// The part of the payouts that is asked for, by name.
  func page(
    _ query: Query, _ context: APIContext
  ) async throws -> (payouts: [ListedPayout], next: String?, total: Int) {
    let (state, limit) = (query["state"], try query.limit())
    if let state, !Self.states.contains(where: { $0.hasSameBytes(as: state) }) {
      throw Problem.malformed("state: '\(state)' is none of \(Self.states.joined(separator: ", "))")
    }
    let cursor = try query.cursor { Identifier($0) }
    let all = try await books.payouts(run: query["run"], driver: query["driver"], for: context).filter {
      state == nil || $0.record.state == state
    }
    let rest = all.drop { payout in cursor.map { Identifier(payout.name) <= $0 } ?? false }
    let page = Array(rest.prefix(limit))
    return (page, rest.count > limit ? page.last?.name : nil, all.count)
  }
}
