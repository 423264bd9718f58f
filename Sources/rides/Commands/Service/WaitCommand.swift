import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait until every service has handled everything.",
    discussion: """
      The services are those that the namespace was made for. Dead letters count as handled; scheduled events are waited for once they are \
      due. Exit status 75 if it does not happen in time, \
      with what is left; 1 if events were removed from the log before a service got them, with how many.

        rides publish rides.ndjson && rides wait --timeout 60s
      """)

  @Option(help: "How long to wait.")
  var timeout = DurationArgument(.seconds(60))

  @Option(name: .customLong("service"), help: "Wait for this service only; may be given several times.")
  var services: [String] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let inspector = Inspector(namespace: namespace, connection: connection)
    let status = try await inspector.overview()
    for service in services { try KnownServices.check(service, status) }
    let expected = services.isEmpty ? status.allServices : services
    let start = ContinuousClock.now
    while true {
      // In this order: what is moved into the log meanwhile is found there.
      let due = try await inspector.overdueCount()
      let left =
        (due > 0 ? ["\(due) scheduled events are due"] : [])
        + (try await inspector.remaining(expected)).map(\.description)
      let elapsed = ContinuousClock.now - start
      if left.isEmpty {
        Terminal.endProgress()
        let statuses = ServiceStatus.all(try await inspector.overview()).filter { expected.contains($0.service) }
        if output.format == .json {
          Terminal.print(json: JSONWriter.bytes(of: statuses))
        } else {
          Terminal.print("all events that are in the log are handled (\(elapsed.short))")
          for status in statuses where status.dead > 0 {
            Terminal.error("\(status.dead) dead letters of \(status.service); see: rides dead list \(status.service)")
          }
        }
        let losses = statuses.filter { $0.lost > 0 }.map { "\($0.lost) of \($0.service)" }
        guard losses.isEmpty else {
          throw Failure.refused(
            "events were removed from the log before they were delivered: \(losses.joined(separator: ", ")); rides restore brings back those that the archive has"
          )
        }
        return
      }
      guard elapsed < timeout.duration else {
        Terminal.endProgress()
        throw Failure.timeout(
          "not everything was handled within \(timeout.duration.short): \(left.joined(separator: "; "))"
        )
      }
      Terminal.progress("waiting: \(left.joined(separator: "; "))")
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
