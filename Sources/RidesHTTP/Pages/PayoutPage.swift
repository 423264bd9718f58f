import EventStreams
import EventStreamsHTTP
import HTTPTypes
import Hummingbird
import RideHailing

/// Runs of payouts, and the payouts of drivers.
struct PayoutPage {
  let site: Site
  let books: Books

  func add(to routes: inout Routes) {
    routes.get("/payouts", .accountsRead) { request, context in
      let query = try Query(request, known: "run", "driver", "state", "limit", "cursor")
      let payouts = try await books.payouts(for: context)
      let page = try PayoutRoutes.page(query, of: payouts.all)
      return site.page(
        "payouts",
        Model(frame: site.frame("Payouts", request, context, within: "/accounts"), payouts.runs, page, query, request))
    }
  }

  private struct Model: Sendable {
    struct Choice: Sendable {
      let name: String
      let isChosen: Bool
    }

    struct Run: Sendable {
      let week: String
      let city: String
      let run: String
      let path: String
      let state: String
      let executeOn: String
      let ordered: String
      let refused: String
      let returned: String
      let amount: String
    }

    struct Row: Sendable {
      let payout: String
      let driver: String
      let driverPath: String
      let city: String
      let amount: String
      let state: String
      let stateText: String
      let reason: String?
      let at: String
    }

    let frame: Site.Frame
    let summary: String
    let runs: [Run]
    let hasRuns: Bool
    let earlierRuns: String?
    let run: String?
    let driver: String?
    let states: [Choice]
    let payouts: [Row]
    let isEmpty: Bool
    let emptyBecause: String
    let next: String?

    /// Half a year of one city's weeks.
    private static let runsShown = 26

    init(
      frame: Site.Frame, _ all: [ListedRun], _ page: (payouts: [ListedPayout], next: ListPlace?, total: Int),
      _ query: Query, _ request: Request
    ) {
      self.frame = frame
      summary = page.total == 0 ? "" : "\(page.total.grouped) \(page.total == 1 ? "payout" : "payouts")"
      runs = all.prefix(Self.runsShown).map { listed in
        Run(
          week: listed.run.rules.week, city: listed.run.rules.city, run: listed.run.rules.run,
          path: "/payouts?run=\(listed.run.rules.run.inAddress)", state: listed.state,
          executeOn: listed.run.rules.executeOn, ordered: listed.ordered.grouped, refused: listed.refused.grouped,
          returned: listed.returned.grouped, amount: "\(listed.money)")
      }
      hasRuns = !runs.isEmpty
      earlierRuns = all.count > runs.count ? "and \((all.count - runs.count).grouped) earlier ones" : nil
      (run, driver) = (query["run"], query["driver"])
      let chosen = query["state"]
      states = PayoutRoutes.states.map { Choice(name: $0, isChosen: chosen.map($0.hasSameBytes) ?? false) }
      payouts = page.payouts.map { listed in
        let record = listed.record
        return Row(
          payout: listed.name, driver: record.driverID, driverPath: Account.driver(record.driverID).path,
          city: record.city, amount: "\(record.money)", state: Self.state(record.state), stateText: record.state,
          reason: record.refusal ?? record.returned, at: record.at.forPeople)
      }
      isEmpty = payouts.isEmpty
      let isFiltered = run != nil || driver != nil || chosen != nil
      emptyBecause = isFiltered ? "There is no such payout." : "No driver was paid yet: rides payout run pays a week."
      next = page.next.map { request.pageAddress(after: "\($0)") }
    }

    /// The colour that says what became of it.
    private static func state(_ word: String) -> String {
      switch word {
      case "ordered": "done"
      case "returned": "parked"
      default: "bad"
      }
    }
  }
}
