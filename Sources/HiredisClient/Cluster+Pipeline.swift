extension Cluster {
  /// Commands on their way.
  struct Pipeline {
    let commands: Commands
    let errands: [Errand]
    let isFollowing: Bool
    var parts: [Part] = []
  }

  /// What one node has got.
  struct Part {
    let node: ClusterNode
    /// Of the pipeline's errands.
    var errands: [Int] = []
    var commands = Commands()
    /// Whether each is asked for as an exception.
    var isAsking = false
    var failure: RedisError?
  }

  /// Where one of the errands goes next.
  struct Target {
    let errand: Int
    var address: RedisURL.Address?
    var isAsking = false
  }

  /// What is to become of an errand that was answered.
  enum Verdict {
    /// For better or worse.
    case isThrough
    /// Without an address it has to wait.
    case goesOn(Target)
    /// By something that only this node has, and that may pass.
    case isStopped(RedisError)
  }
}
