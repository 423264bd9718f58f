import EventStreams

/// A service of which an older and a newer version are deployed, any number of them beside each other.
enum Rolled: String, Sendable {
  case older, newer

  /// The service, which keeps what it hears of each account, in the order in which it does.
  func service(_ name: String) -> EventService {
    var service = EventService(name, concurrency: 4)
    switch self {
    case .older: service.on(Announced.self) { Self.kept($0.data.account, $0.data.number) }
    case .newer:
      service.on(NewlyAnnounced.self) { Self.kept($0.data.account, $0.data.place) }
      service.on(AddedLater.self) { Self.kept($0.data.account, $0.data.place) }
    }
    return service
  }

  private static func kept(_ account: String, _ place: Int) -> Effects {
    Effects { $0.append(to: account, place) }
  }
}
