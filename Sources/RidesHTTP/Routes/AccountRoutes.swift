import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import HTTPTypes
import Hummingbird
import RideHailing

/// The accounts of riders, drivers and the platform.
struct AccountRoutes {
  let books: Books

  func add(to routes: inout Routes) {
    routes.get("/v1/accounts/{kind}", .accountsRead) { request, context in
      try await account(try context.parameter("kind"), nil, request, context)
    }
    routes.get("/v1/accounts/{kind}/{id}", .accountsRead) { request, context in
      try await account(try context.parameter("kind"), try context.parameter("id"), request, context)
    }
    routes.get("/v1/arrears", .accountsRead) { request, context in
      let query = try Query(request, known: "rider", "city", "limit", "cursor")
      let owed = try await books.arrears(of: query["rider"], in: query["city"], for: context)
      let page = try query.part(of: owed, by: \.place)
      return JSONAnswer(ListPage(page.part, next: page.next) { $0.field("total", owed.count) })
    }
    routes.get("/v1/trial-balance", .accountsRead) { request, context in
      let query = try Query(request, known: "at", "accounts")
      guard query["accounts"].map({ $0.hasSameBytes(as: "each") }) ?? true else {
        throw Problem.malformed("accounts: each, or nothing for those of a kind taken together")
      }
      let balance = try await books.balance(at: try query.time("at"), for: context)
      return JSONAnswer(TrialBalanceReport(balance, listsAccounts: query["accounts"] != nil))
    }
  }

  private func account(
    _ kind: String, _ id: String?, _ request: Request, _ context: APIContext
  ) async throws -> JSONAnswer {
    let query = try Query(request, known: "at", "asRecordedAt", "from", "to", "limit")
    let (account, report) = try await report(kind, id, query, context)
    guard report.statement.count > 0 else { throw Problem.notFound("account \(account) has no entries") }
    return JSONAnswer(report)
  }

  /// The entries of an account that are asked for.
  func report(
    _ kind: String, _ id: String?, _ query: Query, _ context: APIContext
  ) async throws -> (account: Account, report: AccountReport) {
    guard let account = Account(kind: kind, id: id) else {
      throw Problem.notFound(
        "there is no such account; there are \(Account.personalKinds.joined(separator: ", ")) with an id, and \(Account.sharedKinds.joined(separator: ", "))"
      )
    }
    let selection = try Self.selection(query)
    let limit = try query.limit()
    return (account, try await books.account(account, selection, limit: limit, for: context))
  }

  private static func selection(_ query: Query) throws -> AccountHistory.Selection {
    let (at, to) = (try query.time("at"), try query.time("to"))
    guard at == nil || to == nil else { throw Problem(.badRequest, .malformed, "give at or to, not both") }
    return AccountHistory.Selection(
      from: try query.time("from"), before: at.map { $0 + .microseconds(1) } ?? to,
      recordedBy: try query.time("asRecordedAt"))
  }
}

extension Arrear {
  /// Where it stands in a list: by rider, and the oldest of each first.
  var place: ListPlace {
    // Digits of which the order is that of the times.
    let time = UInt64(bitPattern: ride.at.microsecondsSinceEpoch) ^ 1 << 63
    let digits = String(time, radix: 16)
    return ListPlace(rider, String(repeating: "0", count: 16 - digits.utf8.count) + digits, ride.ride)
  }
}
