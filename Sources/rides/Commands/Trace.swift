import ArgumentParser
import EventStreams
import RideHailing

struct Trace: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show one ride's way through all services.",
    discussion: """
      Each event of the ride in the order of the log, and how far each service that it is delivered to has come with it: waiting, pending, retrying, \
      done, dead, or parked behind a dead one. Then the events that are scheduled, with the time at which each is due, those on their way to another shard, and what the \
      services have stored about the ride.

        rides trace sim-1-42
      """)

  @Argument(help: "The ride's id.")
  var ride: String

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let inspector = Inspector(namespace: namespace, connection: connection)
    // In this order: what is moved into the log meanwhile is in one of them, or in both.
    let unsent = try await inspector.unsent(about: ride, by: RideID.of)
    let waiting = try await inspector.scheduled(about: ride, by: RideID.of)
    let events = try await inspector.trace(ride, ids: RideID.firstEvents(of: ride), by: RideID.of)
    let logged = Set(events.map { Identifier($0.header.id) })
    let scheduled = waiting.filter { !logged.contains(Identifier($0.id)) }
    guard let shard = events.first?.shard ?? scheduled.first?.shard else {
      throw Failure.refused(
        "no event of ride '\(ride)' is in the log of namespace '\(namespace.name)', and none is scheduled")
    }
    let outcome = try await RideOutcome(
      ride, events: events, ServiceState(namespace: namespace, connection: connection))
    if output.format == .json {
      return Terminal.print(
        json: JSONWriter.bytes(of: Report(events: events, scheduled: scheduled, unsent: unsent, outcome: outcome)))
    }
    Terminal.print("ride \(ride), shard \(shard)")
    for event in events {
      Terminal.print("")
      Terminal.print(
        "\(event.header.type)  happened \(event.header.timestamp)  recorded \(event.entryID.recordedAt)  entry \(event.entryID) of \(event.topic)"
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
    for event in scheduled {
      Terminal.print("")
      Terminal.print("\(event.header?.type ?? "?")  scheduled, due \(event.due), \(event.wait)  event \(event.id)")
    }
    for event in unsent {
      Terminal.print("")
      Terminal.print(
        "\(event.header?.type.rawValue ?? "?")  in the outbox of \(event.service) in shard \(event.shard), for shard \(event.target), since \(event.age.short)  event \(event.id)"
      )
    }
    Terminal.print("")
    for line in outcome.lines { Terminal.print(line) }
  }

  private struct Report: JSONWritable {
    let events: [EventTrace]
    let scheduled: [ScheduledEvent]
    let unsent: [UnsentEvent]
    let outcome: RideOutcome

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("ride", outcome.ride)
        $0.field("events", events)
        $0.field("scheduled", scheduled)
        $0.field("unsent", unsent)
        $0.field("outcome", outcome)
      }
    }
  }
}
