import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct TraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Show one ride's way through all services.",
    discussion: """
      Each event of the ride in the order of the log, and how far each service that it is delivered to has come with it: waiting, pending, retrying, \
      done, dead, or parked behind a dead one. Then the events that are scheduled, with the time at which each is due, those on their way to another shard, and what the \
      services have stored about the ride.

      An event's id says where it stands, and most ids follow from the ride's; the archive has all of them, also those that the log has no longer. Without an archive, \
      --scan looks through the log for events to which their producers have given ids of their own, which takes as long as it is.

        rides trace sim-1-42
        rides trace sim-1-42 --scan
      """)

  @Argument(help: "The ride's id.")
  var ride: String

  @Flag(help: "Look through the log as well, from the ride's first event on.")
  var scan = false

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let report = try await RideReport.read(
      ride, namespace, connection, services: ChosenServices.list, archive: try archive.openIfPresent(),
      search: scan ? .log : .names)
    guard let report else {
      throw Failure.refused(
        "no event of ride '\(ride)' is known in namespace '\(namespace.name)', and none is scheduled\(scan ? "" : "; --scan looks through the log as well")"
      )
    }
    if output.format == .json { return Terminal.print(json: JSONWriter.bytes(of: report)) }
    Terminal.print("ride \(ride), shard \(report.shard)")
    for event in report.events {
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
    for event in report.scheduled {
      Terminal.print("")
      Terminal.print("\(event.header?.type ?? "?")  scheduled, due \(event.due), \(event.wait)  event \(event.id)")
    }
    for event in report.unsent {
      Terminal.print("")
      Terminal.print(
        "\(event.header?.type.rawValue ?? "?")  in the outbox of \(event.service) in shard \(event.shard), for shard \(event.target), since \(event.age.short)  event \(event.id)"
      )
    }
    Terminal.print("")
    for line in report.outcome.lines { Terminal.print(line) }
    guard !report.isComplete else { return }
    Terminal.print("")
    Terminal.print(
      "there may be events to which their producers gave ids of their own: with an archive they are known, and --scan looks through the log"
    )
  }
}
