import ArgumentParser
import EventStreams
import Foundation
import HiredisClient
import RideHailing

struct PublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Publish events from a file or standard input, or simulated rides.",
    discussion: """
      An event is {"type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:30:00Z","data":{…}}, with `id` and `key` if you like; the \
      input is one per line, a JSON array, or one object. What is wrong is reported with its line, field and reason; the rest \
      is published. Publishing an event again within 24 hours adds nothing; one of a known id that says something else is \
      named, with what differs, and the exit status is 1.

        rides publish rides.ndjson
        jq -c '.[]' rides.json | rides publish
        rides publish --simulate 2000 --rate 100 --cities "Paris,New York" --seed 7
        rides publish --simulate 2000 --day
        rides publish --simulate 50000 --days 7 --life
        rides publish --simulate 2000 --seed 7 --at 2026-04-03T10:30:00Z
        rides publish reminders.ndjson --due 2026-04-03T10:30:00Z
      """)

  @Argument(help: "A file; - or nothing for standard input.")
  var file: String?

  @Option(
    help: "Publish so many simulated rides, each with its request, and what riders pay into their wallets for them.")
  var simulate: Int?

  @Flag(
    help: """
      Spread the simulated rides over the 24 hours up to now, or up to --at, most of them in the morning and the evening of \
      each city's own clock, when more riders ask for cars than there are.
      """)
  var day = false

  @Option(help: "The same for so many days up to then, at most 366; rides are tipped up to three days after their end.")
  var days: Int?

  @Flag(
    help: """
      Of the simulated days also tell what happens around rides: looks at prices, who takes a ride, its start, tips, vacant cars, and \
      what comes to nothing: rides called off with a fee or without, riders for whom there was no car.
      """)
  var life = false

  @Option(
    help: """
      When the first simulated ride ends, each later one 10 ms after it. The same seed at the same time makes the same events \
      to the last byte, so publishing them again adds nothing; at another time they say something else. (default: now)
      """, transform: TimeArgument.read)
  var at: TimeArgument?

  @Option(
    help: """
      Publish the events at this time, or so much later than now: +10m. Until then they wait in Redis; see: rides scheduled. \
      (default: now)
      """, transform: DueArgument.read)
  var due: DueArgument?

  @Option(help: "Rides a second.")
  var rate: Double?

  @Option(help: "Cities to simulate, with commas between them.")
  var cities: String?

  @Option(help: "The same seed makes the same rides, up to their times.")
  var seed: UInt64 = 1

  @OptionGroup var new: NewNamespaceOptions

  @Option(help: "Go on trying for so long while Redis can't be reached; nothing is published twice. (default: 60s)")
  var retryFor: DurationArgument?

  @Option(
    help: """
      Who must have an event besides Redis before it counts as published: so many replicas, all of them, or fsync for the \
      server's disk (Redis 7.2 or newer). What isn't confirmed within --retry-for is said, with status 75.
      """, transform: AcksArgument.read)
  var acks: AcksArgument?

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func validate() throws {
    if simulate != nil, file != nil { throw ValidationError("give a FILE or --simulate, not both") }
    try Limit.check(simulate, "--simulate", 0...100_000_000)
    try Limit.check(rate, "--rate", 0.001...1_000_000)
    try Limit.check(at?.time, "--at", Self.times)
    try Limit.check(days, "--days", 1...366)
    if simulate == nil, rate != nil || cities != nil || day || days != nil || life || at != nil {
      throw ValidationError("--day, --days, --life, --at, --rate and --cities go with --simulate")
    }
    if life, !day, days == nil { throw ValidationError("--life goes with --day or --days") }
  }

  private static let batchSize = 500
  /// From the year 2000, as of imported trips, to the year 2100: far from the ends of time with all of the rides.
  private static let times = Timestamp(secondsSinceEpoch: 946_684_800)...Timestamp(secondsSinceEpoch: 4_102_444_800)

  func run() async throws {
    let simulation = try simulate.map { try simulated($0) }
    let reader = try simulate == nil ? InputReader(path: file) : nil
    let (namespace, connection) = try await open()
    let acknowledgement = acks?.within(retryFor?.duration ?? PublishRun.usualPatience)
    var run = PublishRun(publisher: Publisher(namespace: namespace, connection: connection, acks: acknowledgement))
    run.due = due?.time
    if let retryFor {
      run.patience = retryFor.duration
      run.waitsForServer = true
    }
    var summary = PublishRun.Summary()
    if let simulation {
      summary = try await run.run(simulation)
    } else if let reader {
      var source = InputSource(reader: reader, catalog: ChosenServices.list.catalog, namespace: namespace)
      summary = try await run.run { try await source.next() }
      summary.rejected = source.rejected
    }
    switch output.format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: summary))
    case .table: Terminal.print(summary.text)
    }
    if summary.rejected + summary.different > 0 { throw ExitCode(1) }
  }

  /// The namespace, as soon as Redis can be reached.
  private func open() async throws -> (namespace: Namespace, connection: Connection) {
    let start = ContinuousClock.now
    var attempt = 0
    while true {
      do {
        return try await redis.open(new)
      } catch let error as RedisError where error.isRetriable {
        guard let retryFor, ContinuousClock.now - start < retryFor.duration else { throw error }
        attempt += 1
        try await Task.sleep(for: Backoff.standard.delay(attempt: attempt))
      }
    }
  }

  /// Batches of simulated rides, request before completion.
  func simulated(_ count: Int) throws -> () async throws -> [EncodedEvent]? {
    let names = cities.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
    let chosen = try names?.map { name in
      guard let city = SimulatedCity.all.first(where: { $0.name.lowercased() == name.lowercased() }) else {
        throw Failure.usage(
          "there is no simulated city '\(name)'; there are \(SimulatedCity.all.map(\.name).joined(separator: ", "))")
      }
      return city
    }
    var pace = Pace(perSecond: rate)
    let time = at?.time ?? .now()
    if day || days != nil {
      var events = SimulatedDay(
        seed: seed, cities: chosen ?? SimulatedCity.all, rides: count, days: days ?? 1, end: time, wholeLife: life)
      return {
        let batch = (0..<Self.batchSize).compactMap { _ in events.next() }
        try await pace.wait(for: batch.count / 2)
        return batch.isEmpty ? nil : batch
      }
    }
    var rides = RideSimulator(seed: seed, cities: chosen ?? SimulatedCity.all, start: time)
    var left = count
    let batch = rate.map { max(1, min(Self.batchSize / 2, Int($0 / 20))) } ?? Self.batchSize / 2
    return {
      guard left > 0 else { return nil }
      let number = min(batch, left)
      left -= number
      try await pace.wait(for: number)
      return (0..<number).flatMap { _ -> [EncodedEvent] in
        rides.next()?.events ?? []
      }
    }
  }
}
