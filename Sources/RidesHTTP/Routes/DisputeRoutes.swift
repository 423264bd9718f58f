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
      let query = try Query(request, known: "status", "limit")
      let (status, limit) = (try Self.status(query), try query.limit())
      let found = try await books.disputes(standing: status, for: context)
      return JSONAnswer(ListPage(Array(found.prefix(limit)), next: nil as String?) { $0.field("total", found.count) })
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
