import Dispatch

/// What waits for a disk or a server, on a thread that is not one of the few that Swift's tasks run on.
package enum Blocking {
  /// Runs something that blocks.
  package static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
      DispatchQueue.global().async { continuation.resume(with: Swift.Result(catching: body)) }
    }
  }
}
