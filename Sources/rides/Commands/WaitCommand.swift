import ArgumentParser
import EventStreams
import RideHailing

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait",
    abstract: "Wait until every service has handled everything.",
    discussion: """
      Dead letters don't count: they wait for `rides dead redrive` or `rides dead discard`. A service that never ran has \
      everything left.

        rides publish rides.ndjson && rides wait --timeout 5m && rides status
        rides wait --service payment --service driver

      Exit status: 75 if something is left when the time is over; it says what.
      """)

  @Option(help: ArgumentHelp("How long to wait at the most, e.g. 500ms, 30s, 5m, 1h.", valueName: "time"))
  var timeout = Interval(.seconds(60))

  @Option(name: .long, help: ArgumentHelp("Wait for this service; may be given several times. All if not given.",
    valueName: "service"))
  var service: [String] = []

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let connection = try await common.connect("wait")
    let inspector = Inspector(topic: try await common.findTopic(on: connection), connection: connection)
    for name in service { try await KnownServices.check(name, inspector) }
    let services = service.isEmpty ? RideServices.names : service
    let deadline = ContinuousClock.now + timeout.duration
    var pause = Duration.milliseconds(10)
    while true {
      let remaining = try await inspector.remaining(services)
      if remaining.isEmpty { break }
      let text = remaining.map(\.description).joined(separator: "; ")
      guard ContinuousClock.now < deadline else {
        Terminal.endProgress()
        throw Failure("not done after \(timeout.duration.brief): \(text)", status: Failure.timeout)
      }
      Terminal.progress(text)
      try await Task.sleep(for: min(pause, max(.milliseconds(1), deadline - .now)))
      pause = min(pause * 1.5, .milliseconds(250))
    }
    Terminal.endProgress()
    try await noteDeadLetters(inspector, services)
  }

  private func noteDeadLetters(_ inspector: Inspector, _ services: [String]) async throws {
    let groups = try await inspector.status().filter { services.contains($0.service) }
    for (service, groups) in Dictionary(grouping: groups, by: \.service).sorted(by: { $0.key < $1.key }) {
      let letters = groups.reduce(0) { $0 + $1.dead + $1.parked }
      if letters > 0 { Terminal.note("note: \(service) has \(letters) dead letters; see `rides dead list \(service)`") }
    }
  }
}
