import Synchronization

/// Adds up how long something takes.
final class Stopwatch: Sendable {
  private let nanoseconds = Atomic<Int64>(0)

  func measure<Value>(_ body: () async throws -> Value) async rethrows -> Value {
    let start = ContinuousClock.now
    defer {
      let (seconds, attoseconds) = start.duration(to: .now).components
      nanoseconds.add(seconds * 1_000_000_000 + attoseconds / 1_000_000_000, ordering: .relaxed)
    }
    return try await body()
  }

  var milliseconds: Double { Double(nanoseconds.load(ordering: .relaxed)) / 1e6 }
}
