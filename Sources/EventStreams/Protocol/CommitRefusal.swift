package import HiredisClient

/// Why the server applied nothing of a commit: the first word of its error.
package enum CommitRefusal: Sendable, Hashable {
  /// Another worker owns the shard, or the group is gone.
  case fenced
  /// The server has gone back to an earlier moment: it does not know what was settled before, or did not have delivered what is settled now.
  case rewound
  /// An effect can't be applied: key, field and reason.
  case refused(String)
  /// A field is there that the batch assumed to be absent.
  case surprised
  /// The group gave out what was settled, or passed over what was not given out.
  case shifted
}

extension RedisError {
  /// What a refused commit was refused for; nil for every other error.
  package var refusal: CommitRefusal? {
    switch prefix {
    case "FENCED": .fenced
    case "REWOUND": .rewound
    case "REFUSED": .refused(String(message.dropFirst("REFUSED ".count)))
    case "SURPRISED": .surprised
    case "SHIFTED": .shifted
    default: nil
    }
  }

  /// True if the lease's epoch has moved on: another worker owns the shard.
  package var isFenced: Bool { refusal == .fenced }

  /// True for what one shard's keys are to blame for, or the node of a cluster that has them. Every other error is the server's or the
  /// connection's, and hits all shards alike.
  package var concernsOneShard: Bool {
    switch code {
    case .wrongType, .server, .noGroup, .busyGroup, .unexpectedReply: true
    default: concernsOneNode
    }
  }

  /// True where one node of a cluster can't be reached, or has its slots no more: what other nodes have goes on.
  package var concernsOneNode: Bool { code == .clusterUnavailable || code == .clusterRedirect }
}
