import EventStreams
import EventStreamsOperations
import Hummingbird

/// What one stream is told.
struct Viewer: Sendable {
  let outbox = Outbox()
  /// How the services are.
  let wantsStatus: Bool
  /// When a service has other dead letters than before.
  let wantsDead: Bool
  /// The channels of events: their names, and the types that each has; nil for all.
  let channels: [(name: String, types: [String]?)]
  let type: String?
  let city: String?
  /// What of events is hidden from the viewer.
  let mask: JSONMask
  /// Whose mask is the same, for whom an event is written once.
  let scopes: Set<Scope>
  /// Where it goes on; nil for what comes from now on.
  let position: LogPosition?

  /// The names of the channels besides those of a domain.
  private static let known = ["status", "events", "dead"]

  /// Reads what is asked for.
  init(
    _ request: Request, _ context: APIContext, _ concealment: Concealment,
    domain: [(name: String, types: [String])]
  ) throws(Problem) {
    let query = try Query(request, known: "channels", "type", "city")
    let names = (query["channels"] ?? "status").split(separator: ",").map(String.init)
    let all = Self.known + domain.map(\.name)
    for name in names where !all.contains(where: { $0.hasSameBytes(as: name) }) {
      throw .malformed("channels: there is no '\(name)'; there are \(all.joined(separator: ", "))")
    }
    wantsStatus = names.contains("status")
    wantsDead = names.contains("dead")
    channels =
      (names.contains("events") ? [("events", nil)] : [])
      + domain.filter { channel in names.contains { $0.hasSameBytes(as: channel.name) } }.map { ($0.name, $0.types) }
    type = query["type"]
    city = query["city"]
    mask = concealment.listMask(for: context)
    scopes = context.principal?.scopes ?? []
    let last = request.headers[.lastEventID].flatMap { $0.isEmpty ? nil : $0 }
    guard let last else {
      position = nil
      return
    }
    guard let place = Cursor.place(of: last).flatMap({ LogPosition($0) }) else {
      throw .malformed("Last-Event-ID: this is none that a stream has given")
    }
    position = place
  }

  /// The channels that an event comes on.
  func channels(of event: EventPage.Found) -> [String] {
    guard let header = event.header else { return [] }
    if let type, !header.type.rawValue.hasSameBytes(as: type) { return [] }
    let names = channels.filter { channel in
      channel.types?.contains { header.type.rawValue.hasSameBytes(as: $0) } ?? true
    }.map(\.name)
    if !names.isEmpty, let city, event.city?.hasSameBytes(as: city) != true { return [] }
    return names
  }
}
