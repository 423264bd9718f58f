import HiredisClient
import Logging

extension Leases {
  /// What a worker sees around it. Where one node of a cluster is out of reach it may be old: what others have is kept all the same.
  struct Surroundings {
    var pauses: [Pause] = []
    var workers: [RosterCall.Member] = []
    /// Whether it could not be asked who works.
    var areOld = false
  }

  /// What something answers that concerns all shards; nil if the node of a cluster that knows it is out of reach.
  func reached<Answer>(_ ask: () async throws -> Answer) async throws -> Answer? {
    do {
      return try await ask()
    } catch let error as RedisError where error.concernsOneNode {
      log.debug("a node is out of reach", metadata: ["error": "\(error)"])
      return nil
    }
  }
}
