import HiredisClient

/// Takes, keeps or gives back the right of one worker to one (service, shard).
struct LeaseCall: FunctionCall {
  static let function = "lease"
  static let keyNames = ["lease", "prefix of the logs", "blocked", "redrive", "retry"]

  enum Action: String {
    case acquire
    case renew
    case release
    case seize
  }

  let action: Action
  let namespace: Namespace
  let shard: Int
  let subscription: Subscription
  let worker: String
  /// To acquire, the last that this process had of the shard; 0 if none.
  let epoch: Int
  let timeToLive: Duration
  /// Where a group begins that must be made.
  var start = StartPosition.beginning.groupID
  /// The server's number for the connection that the worker reads with.
  var reader: Int?
  var pausedBecause: String?
  /// Whether to be told what there is to do besides.
  var looks = false
  /// The number of the worker's last commit in its last epoch that was answered.
  var commits = 0
  /// The last entry of the shard that the worker has read.
  var lastRead: TopicPlace?

  private var service: String { subscription.service }

  var keys: [String] {
    [
      namespace.lease(shard, service), namespace.logs(shard), namespace.blocked(shard, service),
      namespace.redrive(shard, service),
      namespace.retry(shard, service),
    ]
  }

  func write(to arguments: inout Commands) {
    arguments.argument(action.rawValue)
    arguments.argument(service)
    arguments.argument(worker)
    arguments.argument(epoch)
    arguments.argument(timeToLive.wholeMilliseconds)
    arguments.argument(start)
    arguments.argument(reader.map(String.init) ?? "")
    arguments.argument(pausedBecause ?? "")
    arguments.argument(looks ? "look" : "")
    arguments.argument(commits)
    arguments.argument(lastRead?.topic ?? "")
    arguments.argument(lastRead?.id)
    if action == .acquire {
      for topic in subscription.topics { arguments.argument(topic) }
    }
  }

  /// What became of it, in the form that each action answers in.
  struct Answer {
    fileprivate let values: [String]

    private func value(_ index: Int) -> String { values.indices.contains(index) ? values[index] : "" }

    // MARK: Acquire and seize

    /// The new epoch; nil if somebody else has the shard.
    var epoch: Int? { Int(value(0)).flatMap { $0 > 0 ? $0 : nil } }
    /// Until it may be taken.
    var wait: Duration { .milliseconds(Int64(value(1)) ?? 0) }
    /// The connections that earlier owners read with.
    var readers: [ReaderConnection] { ReaderConnection.list(value(1)) }
    /// Where a group that was lost goes on; nil if it was there.
    var restoredAfter: String? { value(2).isEmpty ? nil : value(2) }
    /// Whether the server has gone back to an earlier moment.
    var wentBack: Bool { value(3) == "1" }
    /// From where to where a group that somebody has moved was put back; nil if nobody has.
    var shift: (from: String, to: String)? {
      let places = value(4).split(separator: " ")
      return places.count == 2 ? (String(places[0]), String(places[1])) : nil
    }
    /// The place in the log up to which everything has been given out.
    var delivered: EntryID { EntryID(value(5)) ?? .zero }
    /// The topics to read in this epoch.
    var topics: [String] { value(6).split(separator: " ").map(String.init) }
    /// Keys that have dead letters.
    var blocked: ArraySlice<String> { values.dropFirst(7) }

    // MARK: Renew

    /// Whether the shard is still the worker's.
    var isKept: Bool { value(0) == "1" }
    /// Whether it is not because the server has gone back.
    var isRewound: Bool { !isKept && values.last == "1" }
    /// Whether it is not because a group does not stand where it must.
    var isShifted: Bool { !isKept && values.last == "2" }
    /// Whether anything is pending for others than the owner.
    var hasForeign: Bool { values.count > 1 && value(1) != "0" }
    /// Keys whose dead letters are to be handled again; nil if nobody looked.
    var redriven: [String]? { values.count > 1 ? Array(values.dropFirst(2)) : nil }
  }

  static func answer(_ reply: ReplyNode) throws -> Answer { Answer(values: try reply.strings()) }
}
