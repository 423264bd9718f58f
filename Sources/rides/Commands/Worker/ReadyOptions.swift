import ArgumentParser
import Logging

/// How others learn that a process is up: the option of all that go on until they are stopped.
struct ReadyOptions: ParsableArguments {
  @Option(
    name: .customLong("ready-file"),
    help: "A file to write when all of it is up, with its pid and address in JSON; it is removed at the end.")
  var path: String?

  /// The file; nil if none is wanted.
  func file(services: [String] = [], serves: Bool = false, log: Logger) throws -> ReadyFile? {
    try path.map { try ReadyFile($0, services: services, serves: serves, log: log) }
  }
}
