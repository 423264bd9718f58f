import EventStreams
import EventStreamsHTTP
import HTTPTypes
import Hummingbird
import RideHailing

/// Payments that are contested.
struct DisputeRoutes {
  let books: Books

  func add(to routes: inout Routes) {
    routes.get("/v1/disputes", .accountsRead) { request, context in
      let query = try Query(request, known: "status", "limit", "cursor")
      let found = try await books.disputes(standing: try Self.status(query), for: context)
      let page = try query.part(of: found, by: \.place)
      return JSONAnswer(ListPage(page.part, next: page.next) { $0.field("total", found.count) })
    }
  }

  /// How those stand that are asked for; nil for all.
  static func status(_ query: Query) throws -> RideDispute.Status? {
    guard let text = query["status"] else { return nil }
    guard let status = RideDispute.Status(rawValue: text) else {
      throw Problem.malformed("status: '\(text)' is none of open, won and lost")
    }
    return status
  }
}

extension ContestedRide {
  /// Where it stands in a list: those that are not decided come first.
  var place: ListPlace { ListPlace(dispute.status == .open ? "0" : "1", ride, dispute.id) }
}
