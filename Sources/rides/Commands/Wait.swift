import ArgumentParser
import EventStreams
import RideHailing

struct Wait: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Wait until every service has handled everything.",
    discussion: """
      Dead letters count as handled. Exit status 75 if it does not happen in time, with what is left.

        rides publish rides.ndjson && rides wait --timeout 60s
      """)

  @Option(help: "How long to wait.")
  var timeout = DurationArgument(.seconds(60))

  @Option(name: .customLong("service"), help: "Wait for this service only; may be given several times.")
  var services: [String] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: TopicOptions

  func run() async throws {
    let (topic, connection) = try await redis.find()
    let inspector = Inspector(topic: topic, connection: connection)
    let expected = services.isEmpty ? RideServices.names : services
    let start = ContinuousClock.now
    while true {
      let left = try await inspector.remaining(expected)
      let elapsed = ContinuousClock.now - start
      if left.isEmpty {
        Terminal.endProgress()
        if output.format == .table {
          Terminal.print("all events are handled (\(elapsed.short))")
          try await noteDeadLetters(inspector, expected)
        } else {
          Terminal.print(
            json: JSONWriter.bytes(
              of: try await ServiceStatus.all(inspector, expecting: expected).filter { expected.contains($0.service) }))
        }
        return
      }
      guard elapsed < timeout.duration else {
        Terminal.endProgress()
        throw Failure.timeout(
          "not everything was handled within \(timeout.duration.short): \(left.map(\.description).joined(separator: "; "))"
        )
      }
      Terminal.progress("waiting: \(left.map(\.description).joined(separator: "; "))")
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func noteDeadLetters(_ inspector: Inspector, _ services: [String]) async throws {
    for status in try await ServiceStatus.all(inspector)
    where status.dead > 0 && services.contains(status.service) {
      Terminal.error("\(status.dead) dead letters of \(status.service); see: rides dead list \(status.service)")
    }
  }
}
