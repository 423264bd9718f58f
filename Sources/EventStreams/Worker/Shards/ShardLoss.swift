import HiredisClient
import Logging

/// Why a shard is dropped, with all that is in flight of it.
enum ShardLoss: Sendable {
  /// Another worker owns it, or nobody does.
  case fenced
  /// The server has gone back to an earlier moment.
  case rewound
  /// The server refuses what a batch of events is to do.
  case refused(event: Delivery.Place?, through: EntryID?, reason: String)
  /// A batch assumed something that is not so.
  case surprised(through: EntryID?)
  /// The group does not stand where it must: somebody has moved it.
  case shifted
  /// An entry was given out before one of another topic that comes before it: by a read that was on its way when the shard was taken.
  case overtaken
  /// The node of a cluster that has the shard can't be reached, or has it no more.
  case unreachable(any Error)
  /// Something else stops this shard, and no other.
  case stopped(any Error)

  /// What an error means that concerns one shard.
  init(_ error: any Error) {
    self = (error as? RedisError)?.concernsOneNode == true ? .unreachable(error) : .stopped(error)
  }

  var level: Logger.Level {
    switch self {
    case .surprised: .debug
    case .overtaken: .notice
    case .stopped: .error
    default: .warning
    }
  }

  var message: Logger.Message {
    switch self {
    case .fenced: "lost a shard; dropped what was in flight of it"
    case .rewound: "the server does not know what this worker has settled; taking the shard anew"
    case .refused(nil, _, _): "the server refuses what a batch of events is to do; handling them one by one"
    case .refused: "the server refuses what an event is to do; taking the shard anew without it"
    case .surprised: "what a batch assumed was not so; taking the shard anew"
    case .shifted: "the consumer group is not where it must be; taking the shard anew, which puts it back"
    case .overtaken:
      "a read that was on its way has given out what comes later; taking the shard anew, which puts it back"
    case .unreachable: "a shard's node is out of reach, or has it no more; others go on; taking it anew where it is"
    case .stopped: "cannot go on with a shard, others go on; will try again"
    }
  }

  var metadata: Logger.Metadata {
    switch self {
    case .refused(_, _, let reason): ["reason": "\(reason)"]
    case .unreachable(let error), .stopped(let error): ["error": "\(error)"]
    default: [:]
    }
  }
}
