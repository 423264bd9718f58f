import ArgumentParser
import EventStreams
import RideHailing

struct Trace: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show one ride's way through all services.",
    discussion: """
      Each event of the ride in the order of the log, and how far each service has come with it: waiting, pending, retrying,
      done, dead, or parked behind a dead one. Then what the services have stored about the ride.

        rides trace sim-1-42
      """)

  @Argument(help: "The ride's id.")
  var ride: String

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: TopicOptions

  func run() async throws {
    let (topic, connection) = try await redis.find()
    let ids = RideEvents.types.map { "\($0.eventType):\(ride)" }
    let events = try await Inspector(topic: topic, connection: connection).trace(key: ride, ids: ids)
    guard !events.isEmpty else {
      throw Failure.refused("no event of ride '\(ride)' is in the log of topic '\(topic.name)'")
    }
    if output.format == .json { return Terminal.print(json: JSONWriter.bytes(of: events)) }
    Terminal.print("ride \(ride), shard \(events[0].shard)")
    for event in events {
      Terminal.print(
        "\n\(event.header.type)  happened \(event.header.timestamp)  recorded \(event.streamID.recordedAt)  entry \(event.streamID)"
      )
      let groups = Dictionary(grouping: event.steps, by: \.state)
      for state in ["done", "pending", "retrying", "waiting", "dead", "parked"] {
        guard let steps = groups[state] else { continue }
        let plain = steps.filter { $0.reason == nil }.map(\.service)
        if !plain.isEmpty { Terminal.print("  \(state): \(plain.joined(separator: ", "))") }
        for step in steps {
          guard let reason = step.reason else { continue }
          Terminal.print("  \(state): \(step.service): \(reason)\(step.retryAt.map { ", next attempt \($0)" } ?? "")")
        }
      }
    }
    try await showState(RideState(ServiceState(topic: topic, connection: connection)))
  }

  private func showState(_ state: RideState) async throws {
    Terminal.print("")
    if let payment = try await state.payment(ride) {
      let outcome = payment.declineReason.map { "declined: \($0)" } ?? "captured"
      Terminal.print(
        "payment       \(payment.amount) by \(payment.method.rawValue), \(outcome)\(payment.reference.map { ", \($0)" } ?? "")"
      )
    }
    if let stars = try await state.stars(ride) {
      Terminal.print("rating        \(stars) of 5 stars")
    } else if let window = try await state.ratingWindow(ride) {
      Terminal.print("rating        open since \(window.openedAt), driver \(window.driverID)")
    }
    if let receipt = try await state.receipt(ride) {
      Terminal.print(
        "notification  \(receipt.email.map { "receipt sent to \($0)" } ?? "no receipt: the rider has no address")")
    }
  }
}
