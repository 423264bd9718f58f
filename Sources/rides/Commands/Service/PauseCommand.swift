import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct PauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Have a service leave its events alone for a while: all, those of a type, or those of a key.",
    discussion: """
      What is left alone stays pending, counts no attempt, and is handled in order when the pause is over; other types and keys go on, as \
      long as what waits fits what a worker keeps in flight. Workers hear of it at once, and keep to it after they have been killed. \
      Without a service it lists what is paused; rides resume takes a pause back.

        rides pause payment --reason "the gateway is being moved"
        rides pause rating --type RIDE_RATED --until 2026-04-03T12:00:00Z --reason "spam"
        rides pause payment --key rider:r-17 --for 2h --reason "disputed"
      """)

  @Argument(help: "The service; none to list what is paused.")
  var service: String?

  @OptionGroup var scope: PauseScopeOptions

  @Option(help: "When it is over by itself.", transform: TimeArgument.read)
  var until: TimeArgument?

  @Option(name: .customLong("for"), help: "How long it lasts, as 90s, 10m or 2h.")
  var time: DurationArgument?

  @Option(help: "Why, for people.")
  var reason: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func validate() throws {
    if until != nil, time != nil { throw ValidationError("--until or --for, not both") }
    guard service != nil else {
      if reason != nil || until != nil || time != nil || scope.isGiven {
        throw ValidationError("say which service to pause")
      }
      return
    }
    guard let reason, !reason.isEmpty else { throw ValidationError("say why, with --reason") }
    guard reason.utf8.count <= Pause.longestReason else {
      throw ValidationError("--reason is longer than \(Pause.longestReason) bytes")
    }
    if let until, until.time <= .now() { throw ValidationError("--until lies in the past") }
  }

  func run() async throws {
    let (namespace, connection) = try await redis.openExisting()
    let pauses = Pauses(namespace: namespace, connection: connection)
    guard let service else { return show(try await pauses.list(), in: namespace) }
    let known = try await Inspector(namespace: namespace, connection: connection).overview().allServices
    guard known.contains(where: { $0.hasSameBytes(as: service) }) else {
      throw Failure.usage("there is no service '\(service)'; there are \(known.joined(separator: ", "))")
    }
    let end = until?.time ?? time.map { .now() + $0.duration }
    let pause = Pause(try scope.scope, until: end, reason: reason ?? "")
    try await pauses.add(pause, to: service)
    output.write(
      [PausedService(service: service, pause: pause)],
      "paused \(service), \(pause.what)\(end.map { " until \($0)" } ?? ""): \(pause.reason)")
  }

  private func show(_ pauses: [Identifier: [Pause]], in namespace: Namespace) {
    let all = pauses.sorted { $0.key < $1.key }.flatMap { service, pauses in
      pauses.map { PausedService(service: service.text, pause: $0) }
    }
    var table = Table("SERVICE", "WHAT", "SINCE", "UNTIL", "REASON")
    for paused in all {
      table.add(
        paused.service, paused.pause.what, paused.pause.since.description,
        paused.pause.until?.description ?? "it is resumed", paused.pause.reason)
    }
    output.write(all, table, empty: "nothing is paused on namespace '\(namespace.name)'")
  }
}

struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Have a service go on with what was paused: everything, or a type or key of it.",
    discussion: """
      Exit status 1 if there was no such pause.

        rides resume payment
        rides resume payment --key rider:r-17
      """)

  @Argument(help: "The service.")
  var service: String

  @OptionGroup var scope: PauseScopeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, connection) = try await redis.openExisting()
    let only = scope.isGiven ? try scope.scope : nil
    let removed = try await Pauses(namespace: namespace, connection: connection).remove(only, from: service)
    guard !removed.isEmpty else { throw Failure.refused("nothing of that was paused; see: rides pause") }
    output.write(
      removed.map { PausedService(service: service, pause: $0) },
      "resumed \(service), \(removed.map(\.what).joined(separator: ", "))")
  }
}

/// What of a service is meant.
struct PauseScopeOptions: ParsableArguments {
  @Option(help: "Only events of this type, and what follows of their keys.")
  var type: String?

  @Option(
    help:
      "Only events of this key, as the service orders them: payment by rider:ID, driver by driver:ID, others by the ride."
  )
  var key: String?

  var isGiven: Bool { type != nil || key != nil }

  var scope: Pause.Scope {
    get throws {
      switch (type, key) {
      case (nil, nil): return .service
      case (let type?, nil):
        guard ChosenServices.list.catalog.typeNames.contains(where: { $0.hasSameBytes(as: type) }) else {
          throw Failure.usage("there is no type '\(type)'")
        }
        return .type(EventType(rawValue: type))
      case (nil, let key?):
        do { try Identifier.check(key, "--key") } catch { throw Failure.usage("\(error)") }
        return .key(Identifier(key))
      default: throw Failure.usage("--type or --key, not both")
      }
    }
  }
}

/// A pause, with whose it is.
private struct PausedService: JSONWritable {
  let service: String
  let pause: Pause

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("service", service)
      $0.field("pause", pause)
    }
  }
}

extension Pause {
  /// What is left alone, for a table.
  fileprivate var what: String {
    switch scope {
    case .service: "everything"
    case .type(let type): "type \(type)"
    case .key(let key): "key \(key)"
    }
  }
}
