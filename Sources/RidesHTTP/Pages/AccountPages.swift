import EventStreams
import EventStreamsHTTP
import HTTPTypes
import Hummingbird
import RideHailing

/// What all accounts come to, and the entries of one.
struct AccountPages {
  let site: Site
  let books: Books

  func add(to routes: inout Routes) {
    routes.get("/accounts", .accountsRead) { request, context in
      let query = try Query(request, known: "kind", "id")
      if let kind = query["kind"] {
        guard let account = Account(kind: kind, id: query["id"]) else {
          throw Problem.notFound("there is no account '\(kind)'\(query["id"] == nil ? ": say whose" : " with an id")")
        }
        return Response(status: .seeOther, headers: [.location: account.path])
      }
      let balance = try await books.balance(for: context)
      return site.page("accounts", ListModel(frame: site.frame("Accounts", request, context), balance))
    }
    routes.get("/accounts/{kind}", .accountsRead) { request, context in
      try await account(try context.parameter("kind"), nil, request, context)
    }
    routes.get("/accounts/{kind}/{id}", .accountsRead) { request, context in
      try await account(try context.parameter("kind"), try context.parameter("id"), request, context)
    }
  }

  private func account(
    _ kind: String, _ id: String?, _ request: Request, _ context: APIContext
  ) async throws -> Response {
    let query = try Query(request, known: "at", "asRecordedAt", "from", "to", "limit")
    let (account, report) = try await AccountRoutes(books: books).report(kind, id, query, context)
    return site.page("account", Model(frame: site.frame(account.name, request, context), account, report, query))
  }

  private struct ListModel: Sendable {
    struct Row: Sendable {
      let currency: String
      let account: String
      let link: String?
      let debit: String
      let credit: String
    }

    let frame: Site.Frame
    let state: String
    let stateText: String
    let kinds = Account.personalKinds + Account.sharedKinds
    let rows: [Row]
    let isEmpty: Bool

    init(frame: Site.Frame, _ balance: TrialBalance) {
      self.frame = frame
      state = balance.isBalanced ? "ok" : "bad"
      stateText = balance.isBalanced ? "balanced" : "not balanced"
      let rows = TrialBalanceReport(balance, listsAccounts: false).rows
      self.rows = balance.totals.flatMap { total in
        rows.filter { $0.balance.currency == total.currency }.map { row in
          let amount = row.balance.minorUnits
          return Row(
            currency: "\(total.currency)", account: row.account.name,
            link: Account.sharedKinds.contains(row.account.name) ? row.account.path : nil,
            debit: amount < 0 ? (-row.balance).decimal : "", credit: amount >= 0 ? row.balance.decimal : "")
        } + [Row(currency: "\(total.currency)", account: "sum", link: nil, debit: "", credit: total.decimal)]
      }
      isEmpty = self.rows.isEmpty
    }
  }

  private struct Model: Sendable {
    struct Row: Sendable {
      let effective: String
      let recorded: String
      let kind: String
      let ride: String
      let ridePath: String?
      let reason: String?
      let amount: String
      let balance: String
    }

    let frame: Site.Frame
    let account: String
    let summary: String
    let figures: [Figure]
    let at: String?
    let asRecordedAt: String?
    let from: String?
    let to: String?
    let entries: [Row]
    let isEmpty: Bool
    let isSelected: Bool
    let earlier: String?

    private static func figure(_ rating: RatingMean) -> Figure {
      Figure("Rating", rating.decimal ?? "none yet", unit: "of \(rating.count.grouped) ratings")
    }

    init(frame: Site.Frame, _ account: Account, _ report: AccountReport, _ query: Query) {
      let statement = report.statement
      self.frame = frame
      self.account = account.name
      summary = "\(statement.count.grouped) entries"
      let name = report.cashHeld == nil ? "Balance" : "Payable"
      figures =
        statement.balances.map { Figure(name, $0.decimal, unit: "\($0.currency)") }
        + (report.cashHeld ?? []).map { Figure("Held in cash", $0.decimal, unit: "\($0.currency), taken off already") }
        + (report.rating.map { [Self.figure($0)] } ?? [])
      (at, asRecordedAt, from, to) = (query["at"], query["asRecordedAt"], query["from"], query["to"])
      // The newest first, as people look for what has happened last.
      entries = statement.lines.reversed().map { line in
        Row(
          effective: line.entry.effectiveAt.forPeople, recorded: line.entry.recordedAt.forPeople,
          kind: line.entry.kind.rawValue, ride: line.entry.rideID ?? "",
          ridePath: line.entry.rideID.map { RidesSite.path(ofRide: $0) }, reason: line.entry.reason,
          amount: line.entry.amount.decimal, balance: "\(line.balance)")
      }
      isEmpty = entries.isEmpty
      isSelected = [at, asRecordedAt, from, to].contains { $0 != nil }
      let rest = statement.count - entries.count
      earlier = !isSelected && rest > 0 ? "and \(rest.grouped) earlier ones" : nil
    }
  }
}
