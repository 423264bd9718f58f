import EventStreams
import EventStreamsHTTP
import Hummingbird
import RideHailing

/// What riders owe, ride by ride.
struct ArrearsPage {
  let site: Site
  let books: Books

  func add(to routes: inout Routes) {
    routes.get("/arrears", .accountsRead) { request, context in
      let query = try Query(request, known: "rider", "city", "limit", "cursor")
      let owed = try await books.arrears(of: query["rider"], in: query["city"], for: context)
      let page = try query.part(of: owed, by: \.place)
      return site.page(
        "arrears",
        Model(
          frame: site.frame("Arrears", request, context, within: "/accounts"), owed, page.part, query,
          next: page.next.map { request.pageAddress(after: "\($0)") }))
    }
  }

  private struct Model: Sendable {
    struct Row: Sendable {
      let rider: String
      let riderPath: String
      let ride: String
      let ridePath: String
      let city: String
      let owed: String
      let since: String
    }

    let frame: Site.Frame
    let summary: String
    let figures: [Figure]
    let hasFigures: Bool
    let rider: String?
    let city: String?
    let rides: [Row]
    let isEmpty: Bool
    let emptyBecause: String
    let next: String?

    init(frame: Site.Frame, _ all: [Arrear], _ shown: [Arrear], _ query: Query, next: String?) {
      self.frame = frame
      let riders = Set(names: all.map(\.rider)).count
      summary =
        all.isEmpty
        ? ""
        : "\(all.count.grouped) \(all.count == 1 ? "ride" : "rides") of \(riders.grouped) \(riders == 1 ? "rider" : "riders")"
      figures = [Currency: Int](summing: all.map(\.ride.money)).amounts.map {
        Figure("Owed", $0.decimal, unit: "\($0.currency)")
      }
      hasFigures = !figures.isEmpty
      (rider, city) = (query["rider"], query["city"])
      rides = shown.map { owed in
        Row(
          rider: owed.rider, riderPath: Account.receivable(owed.rider).path, ride: owed.ride.ride,
          ridePath: RidesSite.path(ofRide: owed.ride.ride), city: owed.ride.city, owed: "\(owed.ride.money)",
          since: owed.ride.at.forPeople)
      }
      isEmpty = rides.isEmpty
      emptyBecause =
        rider == nil && city == nil ? "Nobody owes anything." : "Nothing is owed by this rider, or in this city."
      self.next = next
    }
  }
}
