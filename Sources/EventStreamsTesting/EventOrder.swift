/// Orders in which a service may get events: each keeps the order of events of one key, and mixes keys as it likes.
public enum EventOrder {
  /// Another order of some events: of all that are left, each is equally likely to be next in turn with its key.
  ///
  /// - Parameters:
  ///   - events: in an order in which they may come.
  ///   - key: what ordering is per; the service's own, where it orders events by something else than their key.
  ///   - generator: the source of chance; one with a seed, to have the same order again.
  public static func mixed<Event>(
    _ events: [Event], by key: (Event) -> String, using generator: inout some RandomNumberGenerator
  ) -> [Event] {
    // Each event's key takes its place in the order; the places of a key are then taken by its events in turn.
    var waiting: [[UInt8]: ArraySlice<Event>] = [:]
    for event in events { waiting[Array(key(event).utf8), default: []].append(event) }
    return events.map { Array(key($0).utf8) }.shuffled(using: &generator).compactMap { waiting[$0]?.popFirst() }
  }
}
