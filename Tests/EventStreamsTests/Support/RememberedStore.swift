import EventStreams
import Synchronization

/// A store in memory, which tests take away, set back and exchange.
final class RememberedStore: EventStore {
  struct Problem: Error, CustomStringConvertible { let description: String }
  /// It passes, as a server's being away does.
  struct Passing: StoreProblem { let isPassing = true }

  private let name: String
  private struct State {
    var events: [Int: [RecordedEvent]] = [:]
    var isGone = false
    var refusals = 0
  }
  private let state = Mutex(State())

  init(_ name: String = "store") { self.name = name }

  func identity() -> StoreIdentity { StoreIdentity(name: name, place: "memory \(name)") }

  func store(
    _ events: [RecordedEvent], after marks: [Int: StoreMark], epochs: [Int: Int]
  ) async throws -> [Int: StoreMark] {
    _ = try await verify(marks)
    try state.withLock { state in
      guard state.refusals > 0 else { return }
      state.refusals -= 1
      throw Passing()
    }
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

  /// Has it refuse so many batches from now on, though it is whole whenever somebody looks.
  func refuse(_ count: Int) { state.withLock { $0.refusals = count } }

  var refusals: Int { state.withLock { $0.refusals } }

  func forgetLast(of shard: Int) { state.withLock { _ = $0.events[shard]?.popLast() } }
}
