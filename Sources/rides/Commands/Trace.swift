import ArgumentParser
import EventStreams
import RideHailing

struct Trace: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show one ride's way through all services.",
    discussion: """
      Each event of the ride in the order of the log, and how far each service has come with it: waiting, pending, retrying, \
      done, dead, or parked behind a dead one. Then what the services have stored about the ride.

        rides trace sim-1-42
      """)

  @Argument(help: "The ride's id.")
  var ride: String

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: TopicOptions

  func run() async throws {
    let (topic, connection) = try await redis.find()
    let events = try await Inspector(topic: topic, connection: connection).trace(
      ride, ids: RideID.firstEvents(of: ride), by: RideID.of)
    guard !events.isEmpty else {
      throw Failure.refused("no event of ride '\(ride)' is in the log of topic '\(topic.name)'")
    }
    let outcome = try await RideOutcome(ride, events: events, ServiceState(topic: topic, connection: connection))
    if output.format == .json {
      return Terminal.print(json: JSONWriter.bytes(of: Report(events: events, outcome: outcome)))
    }
    Terminal.print("ride \(ride), shard \(events[0].shard)")
    for event in events {
      Terminal.print("")
      Terminal.print(
        "\(event.header.type)  happened \(event.header.timestamp)  recorded \(event.streamID.recordedAt)  entry \(event.streamID)"
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
    Terminal.print("")
    for line in outcome.lines { Terminal.print(line) }
  }

  private struct Report: JSONWritable {
    let events: [EventTrace]
    let outcome: RideOutcome

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("ride", outcome.ride)
        $0.field("events", events)
        $0.field("outcome", outcome)
      }
    }
  }
}
