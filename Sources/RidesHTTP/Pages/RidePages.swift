import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import HTTPTypes
import Hummingbird
import RideHailing

/// The last rides, and one ride's way through all services.
struct RidePages {
  let site: Site
  let deployment: Deployment
  let books: Books

  func add(to routes: inout Routes) {
    routes.get("/rides", .read) { request, context in
      let query = try Query(request, known: "cursor")
      let cursor = try query.cursor { LogPlace($0) }
      var filter = EventFilter()
      filter.type = RideCompleted.eventType.rawValue
      let page = try await deployment.look(for: context) { [filter] namespace, connection in
        try await Inspector(namespace: namespace, connection: connection).events(filter, before: cursor, limit: 50)
      }
      return site.page(
        "rides",
        ListModel(
          frame: site.frame("Rides", request, context), page, request, showsMoney: context.has(.accountsRead)))
    }
    routes.get("/rides/{id}", .read) { request, context in
      let ride = try context.parameter("id")
      guard let report = try await books.ride(ride, for: context) else { throw Problem.noRide(ride) }
      return site.page(
        "ride",
        Model(
          frame: site.frame("Ride \(ride)", request, context), report, showsMoney: context.has(.accountsRead)))
    }
  }

  private struct ListModel: Sendable {
    struct Row: Sendable {
      let time: String
      let ride: String
      let path: String
      let city: String
      let rider: String
      let riderPath: String
      let driver: String
      let driverPath: String
      let fare: String
      let method: String
    }

    let frame: Site.Frame
    let rides: [Row]
    let isEmpty: Bool
    let next: String?

    init(frame: Site.Frame, _ page: EventPage, _ request: Request, showsMoney: Bool) {
      self.frame = frame
      rides = page.events.compactMap { event in
        // What is none is in the dead letters.
        guard let ride = try? RideCompleted(ofEvent: event.json.span) else { return nil }
        return Row(
          time: event.place.entryID.recordedAt.forPeople, ride: ride.rideID, path: RidesSite.path(ofRide: ride.rideID),
          city: ride.city, rider: ride.riderID, riderPath: Account.rider(ride.riderID).path, driver: ride.driverID,
          driverPath: Account.driver(ride.driverID).path, fare: showsMoney ? "\(ride.fare.amount)" : "–",
          method: "\(ride.payment.method)")
      }
      isEmpty = rides.isEmpty
      next = page.next.map { request.pageAddress(after: $0.description) }
    }
  }

  private struct Model: Sendable {
    struct Trouble: Sendable {
      let event: String
      let service: String
      let path: String
      let state: String
      let why: String
    }

    struct Row: Sendable {
      let time: String
      let type: String
      let path: String
      let topic: String
      let entry: String
      let steps: String
    }

    let frame: Site.Frame
    let ride: String
    let state: String
    let stateText: String
    let summary: String
    let chart: Waterfall?
    let troubles: [Trouble]
    let hasTroubles: Bool
    let money: [Pair]
    let hasMoney: Bool
    let showsMoney: Bool
    let others: [Pair]
    let events: [Row]
    let coming: [Row]
    let isComplete: Bool

    init(frame: Site.Frame, _ report: RideReport, showsMoney: Bool) {
      self.frame = frame
      ride = report.outcome.ride
      let steps = report.events.flatMap(\.steps)
      let dead = steps.count { $0.state == "dead" || $0.state == "parked" }
      state = dead > 0 ? "dead" : report.isSettled ? "done" : "pending"
      stateText = dead > 0 ? "\(dead) dead" : report.isSettled ? "settled" : "under way"
      let duration = report.events.last.map { $0.entryID.recordedAt - report.events[0].entryID.recordedAt }
      summary = "\(report.events.count) events\(duration.map { " in \($0.short)" } ?? ""), shard \(report.shard)"
      chart = Waterfall(report.events)
      troubles = report.events.flatMap { event in
        event.steps.filter { $0.reason != nil || ["dead", "parked"].contains($0.state) }.map { step in
          Trouble(
            event: event.header.type.rawValue, service: step.service,
            path: "/services/\(step.service.inAddress)/dead-letters?key=\(event.header.key.inAddress)",
            state: step.state,
            why: [step.reason, step.retryAt.map { "next attempt \($0.forPeople)" }].compactMap(\.self).joined(
              separator: "; "))
        }
      }
      hasTroubles = !troubles.isEmpty
      self.showsMoney = showsMoney
      money = showsMoney ? Self.money(report) : []
      hasMoney = !money.isEmpty
      others = Self.others(report.outcome)
      events = report.events.map { event in
        Row(
          time: event.entryID.recordedAt.forPeople, type: event.header.type.rawValue,
          path: "/events/\(event.shard)/\(event.entryID)", topic: event.topic, entry: "\(event.entryID)",
          steps: Self.text(of: event.steps))
      }
      isComplete = report.isComplete
      coming =
        report.scheduled.map { event in
          Row(
            time: event.due.forPeople, type: event.header?.type.rawValue ?? "?", path: "", topic: event.topic,
            entry: "",
            steps: "scheduled")
        }
        + report.unsent.map { event in
          Row(
            time: event.committed.forPeople, type: event.header?.type.rawValue ?? "?", path: "", topic: event.topic,
            entry: "", steps: "on its way to shard \(event.target)")
        }
    }

    private static func text(of steps: [EventTrace.Step]) -> String {
      let states = ["done", "pending", "retrying", "waiting", "dead", "parked"]
      return states.compactMap { state in
        let names = steps.filter { $0.state == state }.map(\.service)
        return names.isEmpty ? nil : "\(state): \(names.joined(separator: ", "))"
      }.joined(separator: "; ")
    }

    private static func money(_ report: RideReport) -> [Pair] {
      guard let payment = report.outcome.payment else { return [] }
      func amount(_ units: Int) -> String { "\(Money(units, payment.fare.currency))" }
      var pairs = [Pair("Fare", "\(payment.fare.amount) by \(payment.payment.method.rawValue)")]
      for charge in payment.charges {
        let back = charge.refunded == 0 ? "" : ", of which \(amount(charge.refunded)) went back"
        pairs.append(Pair("Captured", "\(amount(charge.captured)) by \(charge.source.rawValue)\(back)"))
      }
      if let reason = payment.declineReason { pairs.append(Pair("Declined", reason)) }
      if payment.owed > 0 { pairs.append(Pair("Owed", amount(payment.owed))) }
      if payment.refunded > 0 { pairs.append(Pair("Given back", amount(payment.refunded))) }
      for entry in report.outcome.earned { pairs.append(Pair("Driver \(entry.kind.rawValue)", "\(entry.amount)")) }
      return pairs
    }

    private static func others(_ outcome: RideOutcome) -> [Pair] {
      var pairs: [Pair] = []
      if let cancelled = outcome.cancellation {
        let fee = cancelled.feeAmount.map { ", for a fee of \($0)" } ?? ""
        pairs.append(Pair("Called off", "by the \(cancelled.by.rawValue)\(fee)"))
        if let reason = cancelled.reason { pairs.append(Pair("Because", reason)) }
      }
      for tip in outcome.tips { pairs.append(Pair("Tip", "\(tip.money)")) }
      pairs.append(Pair("Receipt", outcome.receipt?.summary.state ?? "not sent yet"))
      guard let window = outcome.window else { return pairs + [Pair("Rating", "not asked for yet")] }
      pairs += outcome.ratings.lines.map { Pair("Rating", $0) }
      if outcome.ratings.isOpen(in: window) {
        pairs.append(Pair("Rating", "open since \(window.openedAt.forPeople)"))
      }
      return pairs
    }
  }
}
