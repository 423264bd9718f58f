import ArgumentParser
import EventStreams

/// How workers run.
struct WorkerOptions: ParsableArguments {
  @Option(help: ArgumentHelp(
    "The worker's name, unique among all that ever run the service. Host, process and a random part if not given."))
  var name: String?

  @Option(help: ArgumentHelp(
    "Where a service that never ran before begins: start, now, a stream id, or a time like 2026-04-03T10:30:00Z."))
  var from: Start = .init(position: .beginning)

  @Option(help: "How long a worker that no longer answers keeps its shards from the others.")
  var leaseTime = Interval(.seconds(10))

  @Option(help: "How long a worker that is to stop may go on with what it has begun.")
  var drainTimeout = Interval(.seconds(10))

  @Option(help: "How many entries are read of one shard at a time.")
  var batch = 500

  @Option(help: "How many events may be in flight at the most.")
  var window = 2000

  func validate() throws {
    guard batch > 0, window > 0 else { throw ValidationError("--batch and --window must be at least 1") }
    guard leaseTime.duration >= .milliseconds(100) else { throw ValidationError("--lease-time must be at least 100ms") }
    if let name, name.isEmpty || name.contains(where: \.isWhitespace) {
      throw ValidationError("--name must not be empty or hold blanks")
    }
  }

  func settings() throws -> WorkerSettings {
    var settings = WorkerSettings(name: name ?? WorkerSettings.uniqueName())
    settings.start = from.position
    settings.leaseTime = leaseTime.duration
    settings.drainTime = drainTimeout.duration
    settings.batchSize = batch
    settings.window = window
    return settings
  }
}

/// Where a new service begins, as an argument.
struct Start: ExpressibleByArgument {
  let position: StartPosition

  init(position: StartPosition) { self.position = position }

  init?(argument: String) {
    switch argument {
    case "start": position = .beginning
    case "now": position = .now
    default:
      if let id = StreamID(argument) {
        position = .after(id)
      } else if let time = try? Timestamp(iso8601: argument) {
        position = .time(time)
      } else {
        return nil
      }
    }
  }

  var defaultValueDescription: String { "start" }
}
