import EventStreams
import Synchronization

/// A store in memory, which tests take away, set back and exchange.
final class RememberedStore: EventStore {
  struct Problem: Error, CustomStringConvertible { let description: String }

  private let name: String
  private struct State {
    var events: [Int: [RecordedEvent]] = [:]
    var isGone = false
  }
  private let state = Mutex(State())

  init(_ name: String = "store") { self.name = name }

  func identity() -> StoreIdentity { StoreIdentity(name: name, place: "memory \(name)") }

  func store(_ events: [RecordedEvent], after marks: [Int: StoreMark]) async throws -> [Int: StoreMark] {
    _ = try await verify(marks)
    return state.withLock { state in
      for event in events where state.events[event.shard]?.contains(where: { $0.entryID == event.entryID }) != true {
        state.events[event.shard, default: []].append(event)
      }
      return Dictionary(uniqueKeysWithValues: Set(events.map(\.shard)).map { ($0, Self.mark(state.events[$0] ?? [])) })
    }
  }

  func verify(_ marks: [Int: StoreMark]) async throws -> [Int: StoreMark] {
    try state.withLock { state in
      if state.isGone { throw Problem(description: "the store is gone") }
      var ends: [Int: StoreMark] = [:]
      for (shard, mark) in marks {
        let events = state.events[shard] ?? []
        guard Self.mark(Array(events.prefix(mark.number))) == mark else {
          throw Problem(description: "shard \(shard) of the store lacks what was stored")
        }
        ends[shard] = Self.mark(events)
      }
      return ends
    }
  }

  private static func mark(_ events: [RecordedEvent]) -> StoreMark {
    StoreMark(number: events.count, digest: events.last.map { "\($0.entryID)" } ?? "-")
  }

  var count: Int { state.withLock { $0.events.values.reduce(0) { $0 + $1.count } } }

  func setGone(_ isGone: Bool) { state.withLock { $0.isGone = isGone } }

  func forgetLast(of shard: Int) { state.withLock { _ = $0.events[shard]?.popLast() } }
}
