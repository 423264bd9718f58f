import EventStreams
import EventStreamsHTTP
import Hummingbird
import RideHailing

/// Payments that cardholders contest.
struct DisputePage {
  let site: Site
  let books: Books

  func add(to routes: inout Routes) {
    routes.get("/disputes", .accountsRead) { request, context in
      let query = try Query(request, known: "status", "limit", "cursor")
      let status = try DisputeRoutes.status(query)
      let all = try await books.disputes(for: context)
      let page = try query.part(of: all.filter { status == nil || $0.dispute.status == status }, by: \.place)
      return site.page(
        "disputes",
        Model(
          frame: site.frame("Disputes", request, context, within: "/accounts"), all, page.part, status,
          next: page.next.map { request.pageAddress(after: "\($0)") }))
    }
  }

  private struct Model: Sendable {
    struct Choice: Sendable {
      let name: String
      let isChosen: Bool
    }

    struct Row: Sendable {
      let ride: String
      let path: String
      let state: String
      let status: String
      let amount: String
      let reason: String
      let dispute: String
      let charge: String
    }

    let frame: Site.Frame
    let summary: String
    let figures: [Figure]
    let hasFigures: Bool
    let statuses: [Choice]
    let disputes: [Row]
    let isEmpty: Bool
    let emptyBecause: String
    let next: String?

    init(
      frame: Site.Frame, _ all: [ContestedRide], _ shown: [ContestedRide], _ status: RideDispute.Status?, next: String?
    ) {
      self.frame = frame
      summary = all.isEmpty ? "" : "\(all.count.grouped) in all"
      figures = RideDispute.Status.allCases.map { status in
        let own = all.filter { $0.dispute.status == status }.map(\.dispute)
        let sums = [Currency: Int](summing: own.map(\.money)).amounts
        return Figure(
          Self.title(status), own.count.grouped,
          unit: sums.isEmpty ? nil : sums.map { "\($0)" }.joined(separator: ", "),
          path: "/disputes?status=\(status.rawValue)")
      }
      hasFigures = !all.isEmpty
      statuses = RideDispute.Status.allCases.map { Choice(name: $0.rawValue, isChosen: $0 == status) }
      disputes = shown.map { contested in
        let dispute = contested.dispute
        return Row(
          ride: contested.ride, path: RidesSite.path(ofRide: contested.ride), state: Self.state(dispute.status),
          status: dispute.status.rawValue, amount: "\(dispute.money)", reason: dispute.reason, dispute: dispute.id,
          charge: dispute.charge)
      }
      isEmpty = disputes.isEmpty
      emptyBecause =
        all.isEmpty ? "No payment is contested, and none was." : "There is none that is \(status?.rawValue ?? "so")."
      self.next = next
    }

    private static func title(_ status: RideDispute.Status) -> String {
      switch status {
      case .open: "Open"
      case .won: "Won"
      case .lost: "Lost"
      }
    }

    /// The colour that says how it is.
    private static func state(_ status: RideDispute.Status) -> String {
      switch status {
      case .open: "waiting"
      case .won: "done"
      case .lost: "bad"
      }
    }
  }
}
