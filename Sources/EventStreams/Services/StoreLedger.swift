import ServiceLifecycle
import Synchronization

/// What is known of a service's store: what it must hold, and what is wrong with it.
final class StoreLedger: Sendable {
  let store: any EventStore

  private struct State {
    /// By shard; what was read under another epoch of the lease may not count any more.
    var marks: [Int: (epoch: Int, mark: StoreMark?)] = [:]
    var problem: String?
  }

  private let state = Mutex(State())

  init(_ store: any EventStore) { self.store = store }

  /// Takes in what is wrong with the store; nil if nothing is.
  ///
  /// - Returns: what was wrong before.
  func note(_ problem: String?) -> String? {
    state.withLock { state in
      defer { state.problem = problem }
      return state.problem
    }
  }

  /// Stores a batch. While the store is not there, or not what it was, the batch waits: that is no fault of its events, and none of them
  /// must end in the dead letters because of it.
  ///
  /// - Returns: by shard what keeps in Redis where the store ends now, together with the acknowledgement.
  /// - Throws: what is wrong with the events, or `CancellationError` if the worker is to stop while it waits.
  func store(_ batch: StoredBatch) async throws -> [Int: Effects] {
    while true {
      let marks = try await marks(of: batch.shards)
      if state.withLock({ $0.problem == nil }) {
        do {
          let ends = try await store.store(
            batch.events, after: marks, epochs: batch.shards.mapValues(\.epoch))
          keep(ends, batch.shards)
          return ends.mapValues(\.effects)
        } catch {
          let isPassing = (error as? any StoreProblem)?.isPassing ?? false
          if !isPassing, await isWhole(marks) { throw error }
        }
      }
      if Task.isShuttingDownGracefully { throw CancellationError() }
      try await Task.sleep(for: Self.patience)
    }
  }

  private static let patience = Duration.milliseconds(200)

  private func isWhole(_ marks: [Int: StoreMark]) async -> Bool { (try? await store.verify(marks)) != nil }

  /// Checks that the store holds what Redis knows of these shards.
  func verify(_ shards: [Int: OwnedShard]) async throws {
    keep(try await store.verify(marks(of: shards)), shards)
  }

  private func keep(_ marks: [Int: StoreMark], _ shards: [Int: OwnedShard]) {
    state.withLock { state in
      for (number, mark) in marks {
        if let epoch = shards[number]?.epoch { state.marks[number] = (epoch, mark) }
      }
    }
  }

  private func marks(of shards: [Int: OwnedShard]) async throws -> [Int: StoreMark] {
    var marks: [Int: StoreMark] = [:]
    for (number, shard) in shards {
      if let known = state.withLock({ $0.marks[number] }), known.epoch == shard.epoch {
        marks[number] = known.mark
        continue
      }
      let mark = StoreMark(try await shard.hash(StoreMark.hash))
      state.withLock { $0.marks[number] = (shard.epoch, mark) }
      marks[number] = mark
    }
    return marks
  }
}
