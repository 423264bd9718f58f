import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import HTTPTypes
import HiredisClient
import Hummingbird

/// Something that a client wants done: an event that asks for it, and how one sees what became of it.
struct Action: Sendable {
  /// What asks for it.
  let event: EncodedEvent
  /// The service that decides.
  let service: String
  /// What may come of it: ids of events, and a word for each.
  let outcomes: [(id: String, word: String)]
  /// The word for what came of it if there is none of these.
  let done: String

  /// - Throws: a `Problem` if it can't be an event.
  init<Data: EventData>(
    _ data: Data, at timestamp: Timestamp = .now(), _ catalog: EventCatalog, _ request: Request, service: String,
    outcomes: [(id: String, word: String)], done: String
  ) throws {
    // Read as whoever receives it will.
    event = try catalog.event(data, at: timestamp, request)
    self.service = service
    self.outcomes = outcomes
    self.done = done
  }

  /// What became of it.
  struct Outcome: JSONWritable, Sendable {
    let word: String
    /// Why, for people.
    var reason: String?
    /// The event that says so.
    var event: [UInt8]?

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("outcome", word)
        $0.field("reason", reason)
        $0.field("event", event.map { RawJSON(bytes: $0) })
      }
    }
  }

  /// What became of it, when its service has handled it; nil if that takes longer.
  ///
  /// - Parameters:
  ///   - place: the event that asks for it.
  ///   - patience: how long to wait.
  func outcome(
    of place: LogPlace, within patience: Duration, _ deployment: Deployment, _ context: APIContext
  ) async throws -> Outcome? {
    let deadline = ContinuousClock.now + patience
    while true {
      let found = try await deployment.look(for: context) { namespace, connection in
        try await outcome(of: place, Inspector(namespace: namespace, connection: connection))
      }
      guard found == nil, ContinuousClock.now < deadline else { return found }
      try await Task.sleep(for: .milliseconds(30))
    }
  }

  private func outcome(of place: LogPlace, _ inspector: Inspector) async throws -> Outcome? {
    let progress = try await inspector.progress([service], shard: place.shard).first
    switch progress?.state(of: place.entryID, in: event.topic) {
    case nil, .undelivered, .pending: return nil
    case .dead: return Outcome(word: "dead", reason: "\(service) has given up on it: an operator decides")
    case .parked: return Outcome(word: "parked", reason: "it waits behind what \(service) has given up on")
    case .discarded: return Outcome(word: "discarded", reason: "an operator has discarded it")
    case .done: break
    }
    for (id, word) in outcomes {
      guard let event = try await inspector.events(withID: id).first else { continue }
      return Outcome(word: word, reason: Self.reason(in: event.json), event: event.json)
    }
    return Outcome(word: done)
  }

  private static func reason(in json: [UInt8]) -> String? {
    do throws(JSONError) {
      var parser = JSONParser()
      var event = try parser.parse(json.span).object()
      let data: JSONFields = try event["data"]
      return try data.value("reason")
    } catch {
      return nil
    }
  }
}

extension EventCatalog {
  /// An event that a request makes, as it would be read.
  func event<Data: EventData>(_ data: Data, at timestamp: Timestamp, _ request: Request) throws -> EncodedEvent {
    do throws(JSONError) {
      return try read(EncodedEvent(data, timestamp: timestamp, trace: request.trace).json.span)
    } catch {
      throw Problem.invalid(error)
    }
  }
}
